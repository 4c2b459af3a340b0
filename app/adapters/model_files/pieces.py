"""Parts of files, or whole ones, by any of the hashes that model signing has used."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from io import FileIO
from pathlib import Path
from typing import Any

from blake3 import blake3

from app.adapters.model_files import reading
from app.adapters.model_files.walk import Stamp

HASHES: Mapping[str, Callable[[], Any]] = {
    "sha256": hashlib.sha256,
    "blake2b": hashlib.blake2b,
    "blake3": blake3,
}
"""Each gives an object with `update` and `hexdigest`."""


def digests(
    root: Path,
    ends: Mapping[str, Sequence[int | None]],
    stamps: Mapping[str, Stamp],
    algorithm: str,
) -> dict[str, tuple[str, ...]]:
    """Hash files piece by piece: each piece begins where the one before it ended.

    `ends` tells where the pieces of a file end, None for the end of the file. A piece that
    would end after its file does has the digest of what is there. Raises
    InvalidSubmissionError if a file cannot be read or changes meanwhile.
    """

    def hashed(path: str) -> tuple[str, ...]:
        with reading.unchanged(root, path, stamps[path]) as file:
            return tuple(_digest(file, end, HASHES[algorithm]()) for end in ends[path])

    return reading.in_parallel(sorted(ends, key=lambda path: -stamps[path].size), hashed)


def _digest(file: FileIO, end: int | None, state: Any) -> str:  # noqa: ANN401 - one of HASHES
    while True:
        left = reading.CHUNK if end is None else min(reading.CHUNK, end - file.tell())
        chunk = file.read(left)
        if not chunk:
            digest: str = state.hexdigest()
            return digest
        state.update(chunk)
