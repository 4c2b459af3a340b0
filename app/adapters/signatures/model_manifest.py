"""The manifest inside an OpenSSF Model Signing statement, of every release, read strictly.

(1) one JSON document that every reader reads alike: no duplicate keys
(2) an in-toto statement v1 with the predicate of model signing (v1.0, or that of v0.2)
(3) a serialization by whole files or by shards of them, with a known hash
(4) relative names, each once, none of which leads out of the model
(5) the shards of a file follow each other without a gap
(6) the root digest of the subject is that of the resources
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.adapters.signatures.bundles.refusal import RefusalError
from app.domain.canonical import read_json
from app.domain.digest import Digest
from app.domain.errors import MalformedDocumentError

IN_TOTO = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
MODEL_SIGNATURE = "https://model_signing/signature/v1.0"
FIRST_MODEL_SIGNATURE = "https://model_signing/Digests/v0.1"
MODEL_SIGNATURES = frozenset({MODEL_SIGNATURE, FIRST_MODEL_SIGNATURE})
DIGEST_SIZES: Mapping[str, int] = {"sha256": 32, "blake2b": 64, "blake3": 32}
"""The hashes that model signing has used, each with the size of its digest in bytes."""
WHOLE_MODEL = "."
"""The name of the one resource of a model that is a single file."""
_SHARD = re.compile(r"(?P<path>.+):(?P<start>0|[1-9]\d{0,17}):(?P<end>[1-9]\d{0,17})", re.DOTALL)
_HEX = {name: re.compile(f"(?:[0-9a-f]{{{2 * size}}}\\n)*+") for name, size in DIGEST_SIZES.items()}
_UNSAFE = re.compile(r"[\\\x00-\x09\x0b-\x1f\x7f-\x9f]|(?:^|/)\.{0,2}(?=/|$)", re.MULTILINE)
"""What a name inside a model never has: an empty part, `.`, `..`, a backslash, which is a
separator on Windows, or a control character, which hides in any listing that people read.
Names are searched all at once, a line each, and a line feed in one is looked for apart."""


class Piece(NamedTuple):
    """A part of a file, or all of it when `end` is None, with its digest in hexadecimal."""

    start: int
    end: int | None
    digest: str


@dataclass(frozen=True, slots=True)
class ModelManifest:
    """The files that a signer states a model consists of, and the paths left out."""

    algorithm: str
    pieces: Mapping[str, tuple[Piece, ...]]
    ignored_paths: tuple[str, ...]

    def files(self) -> Mapping[str, Digest]:
        """Give the sha256 of every file.

        Raises RefusalError for a manifest by shards or by another hash: these can only be
        compared where the files are.
        """
        if self.algorithm != "sha256" or any(
            piece.end is not None for pieces in self.pieces.values() for piece in pieces
        ):
            message = "only the files themselves can tell whether these shards or hashes fit"
            raise RefusalError("manifest_not_comparable", message)
        # Each digest was matched when the manifest was read: it is not checked twice.
        return {path: str.__new__(Digest, parts[0].digest) for path, parts in self.pieces.items()}


def read(payload: bytes) -> ModelManifest:
    """Read the statement that a signer signed. Raises RefusalError."""
    try:
        document = read_json(payload)  # (1)
    except MalformedDocumentError as error:
        raise RefusalError("statement_malformed", f"the statement is {error.message}") from error
    return of(document)


def of(statement: object) -> ModelManifest:
    """Read a statement whose JSON was read strictly. Raises RefusalError."""
    if not isinstance(statement, dict) or statement.get("_type") != STATEMENT:  # (2)
        raise RefusalError("statement_malformed", f"the payload is not a {STATEMENT}")
    if statement.get("predicateType") == FIRST_MODEL_SIGNATURE:
        return _first(statement)
    if statement.get("predicateType") != MODEL_SIGNATURE:
        named = str(statement.get("predicateType"))[:120]
        raise RefusalError("predicate_unsupported", f"predicates {named!r} are not read")
    predicate = _object(statement, "predicate")
    serialization = _object(predicate, "serialization")
    algorithm, shard_size = _serialization(serialization)  # (3)
    resources = _list(predicate, "resources")
    pieces = _pieces(resources, algorithm, shard_size)  # (4)
    if shard_size is not None:
        _must_be_whole(pieces, shard_size)  # (5)
    _must_match_root(statement, resources)  # (6)
    return ModelManifest(algorithm, pieces, _ignored(serialization))


def first_encoding(payload_type: str, payload: bytes) -> tuple[bytes, ...]:
    """Give what model signing v0.2 signed in place of the DSSE encoding, for its payloads.

    It put Python's own notation of the bytes into the text; v1.0 still verifies that.
    """
    if payload_type != IN_TOTO or FIRST_MODEL_SIGNATURE.encode() not in payload:
        return ()
    return (f"DSSEV1 {len(payload_type)} {payload_type} {len(payload)} {payload!r}".encode(),)


def _first(statement: Mapping[str, Any]) -> ModelManifest:
    # Version 0.2 listed the files as subjects, by sha256 only, and left nothing out.
    resources = [
        {
            "name": subject.get("name"),
            "algorithm": "sha256",
            "digest": _object(subject, "digest").get("sha256"),
        }
        for subject in map(_must_be_object, _list(statement, "subject"))
    ]
    return ModelManifest("sha256", _pieces(resources, "sha256", None), ())


def _serialization(serialization: Mapping[str, Any]) -> tuple[str, int | None]:
    method, algorithm = serialization.get("method"), serialization.get("hash_type")
    shard = _shard_size(serialization) if method == "shards" else None
    if shard is not None and isinstance(algorithm, str):
        # Version 0.3 said there what it says of each resource.
        algorithm = algorithm.removesuffix(f"-sharded-{shard}")
    if not isinstance(algorithm, str) or algorithm not in DIGEST_SIZES:
        message = f"models signed by the hash {str(algorithm)[:40]!r} are not read"
        raise RefusalError("manifest_unsupported", message)
    if serialization.get("allow_symlinks", False) is not False:
        message = "the signer followed symbolic links, so names do not say which bytes"
        raise RefusalError("manifest_unsupported", message)
    if method == "files" and serialization.get("shard_size") is None:
        return algorithm, None
    if shard is not None:
        return algorithm, shard
    raise RefusalError("manifest_unsupported", f"the method {str(method)[:40]!r} is not read")


def _shard_size(serialization: Mapping[str, Any]) -> int | None:
    # Protobuf writes every number as a double: 4 comes as 4.0.
    size = serialization.get("shard_size")
    if isinstance(size, int | float) and size > 0 and size == int(size):
        return int(size)
    return None


def _pieces(
    resources: Sequence[Any], algorithm: str, shard_size: int | None
) -> dict[str, tuple[Piece, ...]]:
    stated = algorithm if shard_size is None else f"{algorithm}-sharded-{shard_size}"
    for resource in resources:
        if not isinstance(resource, dict) or resource.get("algorithm") != stated:
            raise RefusalError("manifest_malformed", f"a resource is not a {stated} digest")
    names = [resource.get("name") for resource in resources]
    digests = [resource.get("digest") for resource in resources]
    if not names:
        raise RefusalError("manifest_malformed", "the manifest lists no file")
    if not all(isinstance(name, str) for name in names):
        raise RefusalError("manifest_path_unsafe", "a resource has no name")
    _must_be_digests(digests, algorithm)
    pieces: dict[str, tuple[Piece, ...]]
    if shard_size is None:
        pieces = {
            name: (Piece(0, None, digest),) for name, digest in zip(names, digests, strict=True)
        }
        if len(pieces) != len(names):
            raise RefusalError("manifest_malformed", "a file stands twice")
    else:
        pieces = _shards(names, digests)
    _must_be_inside(pieces)
    return pieces


def _must_be_digests(digests: Sequence[Any], algorithm: str) -> None:
    # One match over all of them: a model may have as many files as a bundle has room for.
    # A digest that holds a line feed would make more lines than there are digests.
    is_text = all(isinstance(digest, str) for digest in digests)
    lines = "".join(f"{digest}\n" for digest in digests)
    wanted = len(digests) * (2 * DIGEST_SIZES[algorithm] + 1)
    if not is_text or len(lines) != wanted or not _HEX[algorithm].fullmatch(lines):
        raise RefusalError("manifest_malformed", f"a resource has no {algorithm} digest")


def _shards(names: Sequence[str], digests: Sequence[str]) -> dict[str, tuple[Piece, ...]]:
    pieces: dict[str, list[Piece]] = {}
    for name, digest in zip(names, digests, strict=True):
        match = _SHARD.fullmatch(name)
        if match is None:
            raise RefusalError("manifest_malformed", f"{name[:120]!r} names no shard")
        piece = Piece(int(match["start"]), int(match["end"]), digest)
        pieces.setdefault(match["path"], []).append(piece)
    return {path: tuple(parts) for path, parts in pieces.items()}


def _must_be_inside(paths: Collection[str]) -> None:
    if _UNSAFE.search("\n".join(paths)) is None and not any("\n" in path for path in paths):
        return
    unsafe = [path for path in paths if "\n" in path or _UNSAFE.search(path)]
    if list(paths) != [WHOLE_MODEL]:
        message = f"a resource name does not lie inside the model: {unsafe[0][:120]!r}"
        raise RefusalError("manifest_path_unsafe", message)


def _must_be_whole(pieces: Mapping[str, tuple[Piece, ...]], shard_size: int) -> None:
    # A gap between two shards is a part of the file that nobody signed.
    for path, parts in pieces.items():
        place = 0
        for part in sorted(parts, key=lambda part: part.start):
            end = part.end or 0
            # Only the last shard may be short, so each starts at a full multiple.
            if part.start != place or part.start % shard_size or not 0 < end - place <= shard_size:
                raise RefusalError("manifest_malformed", f"the shards of {path[:120]!r} have gaps")
            place = end


def _must_match_root(statement: Mapping[str, Any], resources: Iterable[Mapping[str, Any]]) -> None:
    # The root digest leaves names out, so it identifies nothing; yet a signer whose own
    # sum does not match signed something else than this list.
    subjects = _list(statement, "subject")
    if len(subjects) != 1 or not isinstance(subjects[0], dict):
        raise RefusalError("manifest_malformed", "the statement has not exactly one subject")
    stated = _object(subjects[0], "digest").get("sha256")
    root = hashlib.sha256(b"".join(bytes.fromhex(item["digest"]) for item in resources))
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


def _must_be_object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RefusalError("manifest_malformed", "a subject is not an object")
    return value


def _list(parent: Mapping[str, Any], key: str) -> list[Any]:
    member = parent.get(key)
    if not isinstance(member, list):
        raise RefusalError("manifest_malformed", f"{key} is not a list")
    return member
