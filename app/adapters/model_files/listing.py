"""From a model's directory to the files of a release: path, size and digest.

(1) every file is found, nothing is followed
(2) digests known from before are taken from the cache, if there is one
(3) the others are hashed in parallel, each opened without following a link on the way
(4) each is the same file before and after
(5) at the end the directory is what it was at the start
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from app.adapters.model_files import walk
from app.adapters.model_files.hash_cache import HashCache
from app.adapters.model_files.walk import Stamp
from app.domain.digest import Digest
from app.domain.errors import InvalidSubmissionError
from app.domain.release import File

CHUNK = 1 << 20
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
    # The largest first: a large file that starts last would keep one worker alone.
    paths = sorted(stamps, key=lambda path: -stamps[path].size)
    if not paths:
        return {}
    workers = min(_free_cores(), len(paths))
    with ThreadPoolExecutor(workers, thread_name_prefix="hash") as pool:
        work = [pool.submit(_hash, root, path, stamps[path], counter) for path in paths]
        try:
            return {path: done.result() for path, done in zip(paths, work, strict=True)}
        finally:
            pool.shutdown(cancel_futures=True)


def _free_cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _hash(root: Path, path: str, stamp: Stamp, counter: _Counter) -> Digest:
    try:
        with os.fdopen(_open(root, path), "rb", buffering=0) as file:
            if Stamp.of(os.fstat(file.fileno())) != stamp:  # (4)
                raise InvalidSubmissionError(f"{path!r} changed while it was hashed")
            state, buffer = hashlib.sha256(), memoryview(bytearray(CHUNK))
            while count := file.readinto(buffer):
                state.update(buffer[:count])
                counter.add(count)
            if Stamp.of(os.fstat(file.fileno())) != stamp:  # (4)
                raise InvalidSubmissionError(f"{path!r} changed while it was hashed")
    except OSError as error:
        raise InvalidSubmissionError(f"{path!r} cannot be read: {error.strerror}") from error
    return Digest(state.hexdigest())


def _open(root: Path, path: str) -> int:
    # O_NOFOLLOW guards the last component only, so each one is opened from its parent: a
    # directory swapped for a link after the walk leads nowhere. O_NONBLOCK: a pipe put in
    # the file's place must not hang the gate; for a regular file it means nothing.
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW
    *directories, name = path.split("/")
    parent = os.open(root, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
    try:
        for directory in directories:
            below = os.open(directory, flags | os.O_DIRECTORY, dir_fd=parent)
            os.close(parent)
            parent = below
        return os.open(name, flags | os.O_NONBLOCK, dir_fd=parent)
    finally:
        os.close(parent)
