"""From the files of a command line to the objects in them, and the models that those name."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.adapters.manifests import documents
from app.adapters.manifests.reader import KubernetesManifests
from app.cli import exits
from app.domain.enforcement import reference
from app.domain.enforcement.manifest import FoundReference, Manifest
from app.domain.errors import InvalidSubmissionError, MalformedDocumentError

SUFFIXES = (".yaml", ".yml", ".json")


class ManifestError(Exception):
    """A file holds no manifest; the message names it and says why."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One object of a file, and the models that it names."""

    file: str
    document: int
    """Number of the document in the file, from 0."""
    at: str
    """JSON Pointer from the document to the object."""
    object: dict[str, Any]
    manifest: Manifest

    def as_json(self) -> dict[str, Any]:
        """Write it as schemas/admission_references.json describes it."""
        read = self.manifest
        return {
            "file": self.file,
            "document": self.document,
            "apiVersion": read.api_version,
            "kind": read.kind,
            "namespace": read.namespace,
            "name": read.name,
            "references": [self._reference(one) for one in read.references],
            "unread": [{"path": self.at + one.path, "why": one.why} for one in read.unread],
        }

    def _reference(self, one: FoundReference) -> dict[str, Any]:
        return {
            "path": self.at + one.path,
            "uri": reference.without_credentials(one.uri),
            "kind": one.role.value,
            "pinned": pin(one.uri),
            "format": one.format,
        }


def pin(uri: str) -> str | None:
    """Tell what a reference pins: `sha256:<hex>` or `git:<hex>`; None for a place."""
    try:
        return reference.parse(uri).pin
    except InvalidSubmissionError:
        return None


def pieces(paths: Sequence[str]) -> Iterator[Piece]:
    """Read every object in files, in folders of files, and in standard input (`-`).

    Raises ManifestError.
    """
    reader = KubernetesManifests()
    for path in paths:
        contents = list(_contents(path))
        if not contents:
            raise ManifestError(f"{path}: no file ends in {', '.join(SUFFIXES)}")
        for name, content in contents:
            try:
                for one in documents.read(content):
                    read = reader.read(one.object)
                    yield Piece(name, one.document, one.at, one.object, read)
            except MalformedDocumentError as error:
                raise ManifestError(f"{name}: {error.message}") from error


def _contents(path: str) -> Iterator[tuple[str, bytes]]:
    if path == "-":
        yield "-", sys.stdin.buffer.read()
        return
    given = Path(path)
    files = [given]
    if given.is_dir():
        files = sorted(file for file in given.rglob("*") if file.suffix in SUFFIXES)
    for file in files:
        if exits.may_never_end(file):
            raise ManifestError(f"{file}: no file, but a pipe, a socket or a device")
        try:
            yield str(file), file.read_bytes()
        except OSError as error:
            raise ManifestError(f"{file}: {error.strerror}") from error
