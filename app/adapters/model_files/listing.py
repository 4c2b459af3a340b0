"""From a model's directory to the files of a release: path, size and digest.

(1) every file is found, nothing is followed
(2) digests known from before are taken from the cache, if there is one
(3) the others are hashed in parallel, each opened without following a link on the way
(4) each is the same file before and after
(5) at the end the directory is what it was at the start
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from app.adapters.model_files import reading, walk
from app.adapters.model_files.hash_cache import HashCache
from app.adapters.model_files.walk import Stamp
from app.domain.digest import Digest
from app.domain.errors import InvalidSubmissionError
from app.domain.release import File

Progress = Callable[[int, int], None]
"""Told how many bytes are done, of how many; from one thread at a time."""


def list_files(
    root: Path, *, now: datetime, progress: Progress, cache: HashCache | None
) -> tuple[File, ...]:
    """Hash every file below a directory, sorted by path.

    Raises InvalidSubmissionError if something there is no regular file, cannot be read or
    changes meanwhile, and StoreError if the cache cannot be used.
    """
    root = root.resolve()
    stamps = walk.files(root)  # (1)
    known = cache.find(stamps, now) if cache is not None else {}  # (2)
    unknown = {path: stamp for path, stamp in stamps.items() if path not in known}
    counter = _Counter(progress, sum(stamp.size for stamp in stamps.values()))
    counter.add(sum(stamps[path].size for path in known))
    hashed = _hash_all(root, unknown, counter)  # (3)
    if walk.files(root) != stamps:  # (5)
        raise InvalidSubmissionError(f"{root} changed while it was hashed")
    if cache is not None:
        cache.keep(stamps, hashed, now)
    digests = known | hashed
    return tuple(File(path, stamp.size, digests[path]) for path, stamp in stamps.items())


class _Counter:
    """Adds up what all workers have hashed."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._total = total
        self._done = 0
        self._lock = threading.Lock()

    def add(self, count: int) -> None:
        with self._lock:
            self._done += count
            self._progress(self._done, self._total)


def _hash_all(root: Path, stamps: Mapping[str, Stamp], counter: _Counter) -> dict[str, Digest]:
    def hashed(path: str) -> Digest:
        state = hashlib.sha256()
        with reading.unchanged(root, path, stamps[path]) as file:  # (4)
            for chunk in reading.chunks(file):
                state.update(chunk)
                counter.add(len(chunk))
        return Digest(state.hexdigest())

    # The largest first: a large file that starts last would keep one worker alone.
    return reading.in_parallel(sorted(stamps, key=lambda path: -stamps[path].size), hashed)
