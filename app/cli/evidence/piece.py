"""One piece of evidence on this machine: its files, and what the gate reads in them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from app.adapters import cards, datasets, evaluations
from app.domain.digest import Digest
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import (
    EvaluationReport,
    ModelCard,
    QualityFlag,
    ReadingStatus,
    ResultStatus,
    RunStatus,
    Unread,
)
from app.domain.reading.archive import unpacked
from app.domain.reading.dataset import DatasetDescription
from app.domain.release import Document, Evidence
from app.gate import read as read_step
from app.ports import CardReader, DatasetReader, ReportReader

MOST_FILES = 200
MOST_BYTES = 500_000_000
"""Of one file."""
_TORN = frozenset(
    (
        "FRONT_MATTER_UNREADABLE",
        "MODEL_INDEX_MALFORMED",
        "RESULTS_UNREADABLE",
        "TRUNCATED",
        "LICENSE_UNREADABLE",
        "README_MISSING",
        "SIDECAR_MISSING",
    )
)
"""Flags of something that is there but could not be read, or is missing from a set."""


READERS: tuple[CardReader | ReportReader | DatasetReader, ...] = (
    *cards.READERS,
    *evaluations.READERS,
    *datasets.READERS,
)


Read = ModelCard | EvaluationReport | DatasetDescription


class PieceError(Exception):
    """A path that cannot be opened."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A file, or the files of one folder, and what they say."""

    path: Path
    files: tuple[Document, ...]
    sha256: Digest | None
    """None where there were no bytes to read."""
    read: Read | Unread

    @property
    def is_read(self) -> bool:
        """Tell whether the gate could read it."""
        return not isinstance(self.read, Unread)

    @property
    def status(self) -> str:
        """Tell in one word how far it could be read: ok, partial, unknown or refused."""
        if isinstance(self.read, Unread):
            is_unknown = self.read.status is ReadingStatus.UNKNOWN_FORMAT
            return "unknown" if is_unknown else "refused"
        return "partial" if _is_partial(self.read) else "ok"

    @property
    def kind(self) -> str | None:
        """Tell what kind of evidence it is."""
        if isinstance(self.read, Unread):
            return None
        if isinstance(self.read, DatasetDescription):
            return "dataset"
        return "card" if isinstance(self.read, ModelCard) else "evaluation"

    @property
    def message(self) -> str | None:
        """Tell why it could not be read."""
        return self.read.message if isinstance(self.read, Unread) else None

    def document(self) -> dict[str, Any]:
        """Write it as one JSON document.

        Its members are always there, null where nothing could be read; within what was
        read, what is absent is left out.
        """
        head: dict[str, Any] = {"path": str(self.path), "status": self.status, "kind": self.kind}
        if self.sha256 is not None:
            head["sha256"] = self.sha256
        if isinstance(self.read, Unread):
            told: dict[str, Any] = {"format": None, "document": None, "quality": []}
            return {**head, **told, "message": self.read.message}
        quality: tuple[QualityFlag, ...] = self.read.quality
        return {
            **head,
            "format": self.read.format,
            "document": {k: v for k, v in plain(self.read).items() if k != "quality"},
            "quality": [plain(flag) for flag in quality],
        }


def open_piece(path: Path, format_: str | None, mapped_by: Path | None = None) -> Piece:
    """Open a file, or all files of a folder as one report, and read it.

    Raises PieceError for a path that is not there or cannot be read.
    """
    try:
        listed = _folder(path) if path.is_dir() else [path]
        if not listed or len(listed) > MOST_FILES:
            raise PieceError(f"{path}: {len(listed)} files, not one to {MOST_FILES}")
        listed = [*listed, *([mapped_by] if mapped_by else [])]
        files = tuple(_document(one) for one in listed)
    except OSError as error:
        raise PieceError(f"{path}: {error.strerror or error}") from error
    submitted = Evidence(files, format_, "")
    found: Read | Unread = read_step.evidence(submitted, READERS)
    return Piece(path, _opened(files), submitted.sha256, found)


def unopened(path: Path, message: str) -> Piece:
    """Make the piece of a path that cannot be opened: it is refused, with the reason."""
    told = message.removeprefix(f"{path}: ")
    return Piece(path, (), None, Unread(ReadingStatus.UNREADABLE, told))


def _folder(path: Path) -> list[Path]:
    # The Hub keeps results in a folder of their own, beside the card.
    results = path / ".eval_results"
    listed = [*path.iterdir(), *(results.iterdir() if results.is_dir() else ())]
    return sorted(one for one in listed if one.is_file())


def _document(path: Path) -> Document:
    # A pipe or a device may never end, and a file may be larger than memory.
    if not path.is_file() and path.exists():
        raise PieceError(f"{path}: no file, but a pipe or a device")
    if path.stat().st_size > MOST_BYTES:
        raise PieceError(f"{path}: larger than {MOST_BYTES} bytes")
    content = path.read_bytes()
    return Document(path.name, Digest.of(content), content)


def plain(value: Any) -> Any:  # noqa: ANN401 - any frozen value, as JSON
    """Write a frozen value as plain JSON; members that are None are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        members = ((f.name, getattr(value, f.name)) for f in dataclasses.fields(value))
        return {name: plain(member) for name, member in members if member is not None}
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {key: plain(member) for key, member in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(member) for member in value]
    return value


def _opened(files: tuple[Document, ...]) -> tuple[Document, ...]:
    try:
        return unpacked(files)
    except UnreadableEvidenceError:
        return files


def _is_partial(read: Read) -> bool:
    if any(flag.code in _TORN for flag in read.quality):
        return True
    if isinstance(read, DatasetDescription):
        return False
    if isinstance(read, ModelCard):
        return any(row.status is not ResultStatus.OK for row in read.reported_results)
    is_short = read.run.status in {RunStatus.PARTIAL, RunStatus.FAILED}
    return is_short or any(row.status is not ResultStatus.OK for row in read.results)
