"""The file that a bundle is to be about, where it is at hand: its digests and its bytes."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from app.adapters.model_files.walk import Stamp

HASHES = ("sha256", "sha384", "sha512")
"""What statements name their subjects by, and what signatures are made over."""
MOST_IN_MEMORY = 1 << 30


class Artifact:
    """A file, read as often as a bundle needs it, and the same each time."""

    def __init__(self, path: Path) -> None:
        """Take note of a file. Raises OSError if there is none."""
        self._path = path
        self._stamp = Stamp.of(path.stat())
        self._known: dict[str, str] = {}

    def digest(self, algorithm: str) -> str:
        """Digest the file by one of HASHES. Raises OSError if it is not what it was."""
        if algorithm not in self._known:
            with self._path.open("rb") as file:
                found = hashlib.file_digest(file, algorithm).hexdigest()
                self._must_be_same(file.fileno())
            self._known[algorithm] = found
        return self._known[algorithm]

    def content(self) -> bytes | None:
        """Read the file, or give None for one that is too large to be held in memory."""
        if self._stamp.size > MOST_IN_MEMORY:
            return None
        with self._path.open("rb") as file:
            content = file.read(self._stamp.size + 1)
            self._must_be_same(file.fileno())
        return content

    def _must_be_same(self, descriptor: int) -> None:
        # Else a digest of one file and the signature of another could make one answer.
        if Stamp.of(os.fstat(descriptor)) != self._stamp:
            raise OSError(None, "changed while it was read", str(self._path))
