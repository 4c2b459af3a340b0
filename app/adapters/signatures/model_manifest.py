"""The manifest inside an OpenSSF Model Signing (v1.0) statement, read strictly.

(1) one JSON document that every reader reads alike: no duplicate keys
(2) an in-toto statement v1 with the predicate of model signing
(3) a serialization by whole files and sha256
(4) relative names, each once, none of which leads out of the model
(5) the root digest of the subject is that of the resources
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.adapters.signatures.refusal import RefusalError
from app.domain.canonical import read_json
from app.domain.digest import Digest
from app.domain.errors import InvalidDigestError, MalformedDocumentError

STATEMENT = "https://in-toto.io/Statement/v1"
MODEL_SIGNATURE = "https://model_signing/signature/v1.0"


@dataclass(frozen=True, slots=True)
class ModelManifest:
    """The files that a signer states a model consists of, and the paths left out."""

    files: Mapping[str, Digest]
    ignored_paths: tuple[str, ...]


def read(payload: bytes) -> ModelManifest:
    """Read the statement that a signer signed. Raises RefusalError."""
    try:
        statement = read_json(payload)  # (1)
    except MalformedDocumentError as error:
        raise RefusalError("statement_malformed", f"the statement is {error.message}") from error
    predicate = _predicate(statement)  # (2)
    serialization = _object(predicate, "serialization")
    _must_be_whole_files(serialization)  # (3)
    resources = _list(predicate, "resources")
    files = _files(resources)  # (4)
    _must_match_root(statement, files)  # (5)
    return ModelManifest(files, _ignored(serialization))


def _predicate(statement: object) -> dict[str, Any]:
    if not isinstance(statement, dict) or statement.get("_type") != STATEMENT:
        raise RefusalError("statement_malformed", f"the payload is not a {STATEMENT}")
    if statement.get("predicateType") != MODEL_SIGNATURE:
        named = str(statement.get("predicateType"))[:120]
        raise RefusalError("predicate_unsupported", f"predicates {named!r} are not read")
    return _object(statement, "predicate")


def _must_be_whole_files(serialization: Mapping[str, Any]) -> None:
    method, algorithm = serialization.get("method"), serialization.get("hash_type")
    if method != "files" or algorithm != "sha256":
        stated = f"method {str(method)[:40]!r}, hash {str(algorithm)[:40]!r}"
        message = f"only models signed by whole files and sha256 are read, not by {stated}"
        raise RefusalError("manifest_unsupported", message)
    if serialization.get("allow_symlinks", False) is not False:
        message = "the signer followed symbolic links, so names do not say which bytes"
        raise RefusalError("manifest_unsupported", message)


def _files(resources: list[Any]) -> dict[str, Digest]:
    files: dict[str, Digest] = {}
    for resource in resources:
        if not isinstance(resource, dict) or resource.get("algorithm") != "sha256":
            raise RefusalError("manifest_malformed", "a resource is not a file with a sha256")
        name = resource.get("name")
        if not isinstance(name, str) or not _is_inside(name):
            message = f"a resource name does not lie inside the model: {str(name)[:120]!r}"
            raise RefusalError("manifest_path_unsafe", message)
        if name in files:
            raise RefusalError("manifest_malformed", f"{name[:120]!r} stands twice")
        files[name] = _digest(resource.get("digest"))
    if not files:
        raise RefusalError("manifest_malformed", "the manifest lists no file")
    return files


def _is_inside(name: str) -> bool:
    # What a name might become elsewhere counts too: a backslash is a separator on Windows,
    # and a control character hides in any listing that people read.
    if "\\" in name or any(unicodedata.category(character) == "Cc" for character in name):
        return False
    return all(part not in {"", ".", ".."} for part in name.split("/"))


def _digest(text: object) -> Digest:
    try:
        return Digest(text if isinstance(text, str) else "")
    except InvalidDigestError as error:
        raise RefusalError("manifest_malformed", error.message) from error


def _must_match_root(statement: Mapping[str, Any], files: Mapping[str, Digest]) -> None:
    # The root digest leaves names out, so it identifies nothing; yet a signer whose own
    # sum does not match signed something else than this list.
    subjects = _list(statement, "subject")
    if len(subjects) != 1 or not isinstance(subjects[0], dict):
        raise RefusalError("manifest_malformed", "the statement has not exactly one subject")
    stated = _object(subjects[0], "digest").get("sha256")
    root = hashlib.sha256(b"".join(bytes.fromhex(digest) for digest in files.values()))
    if stated != root.hexdigest():
        message = "the root digest is not that of the listed resources"
        raise RefusalError("manifest_digest_mismatch", message)


def _ignored(serialization: Mapping[str, Any]) -> tuple[str, ...]:
    ignored = serialization.get("ignore_paths", [])
    if not isinstance(ignored, list) or not all(isinstance(path, str) for path in ignored):
        raise RefusalError("manifest_malformed", "ignore_paths is not a list of paths")
    return tuple(sorted(set(ignored)))


def _object(parent: Mapping[str, Any], key: str) -> dict[str, Any]:
    member = parent.get(key)
    if not isinstance(member, dict):
        raise RefusalError("manifest_malformed", f"{key} is not an object")
    return member


def _list(parent: Mapping[str, Any], key: str) -> list[Any]:
    member = parent.get(key)
    if not isinstance(member, list):
        raise RefusalError("manifest_malformed", f"{key} is not a list")
    return member
