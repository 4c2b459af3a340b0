"""Files below a directory, opened without following a link and read while they stay the same."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import TypeVar

from app.adapters.model_files.walk import Stamp
from app.domain.errors import InvalidSubmissionError

CHUNK = 1 << 20
_Read = TypeVar("_Read")


@contextmanager
def unchanged(root: Path, path: str, stamp: Stamp) -> Iterator[FileIO]:
    """Open a file for reading; it must be the stamped one before and after.

    Raises InvalidSubmissionError if it is not, or cannot be read.
    """
    try:
        with FileIO(_open(root, path)) as file:
            _must_be(file, path, stamp)
            yield file
            _must_be(file, path, stamp)
    except OSError as error:
        raise InvalidSubmissionError(f"{path!r} cannot be read: {error.strerror}") from error


def chunks(file: FileIO) -> Iterator[memoryview]:
    """Read a file to its end; each chunk is overwritten by the next."""
    buffer = memoryview(bytearray(CHUNK))
    while count := file.readinto(buffer):
        yield buffer[:count]


def in_parallel(paths: Collection[str], read: Callable[[str], _Read]) -> dict[str, _Read]:
    """Read files on all free cores: hashing leaves Python's lock to the others."""
    if not paths:
        return {}
    workers = min(_free_cores(), len(paths))
    with ThreadPoolExecutor(workers, thread_name_prefix="hash") as pool:
        work = [pool.submit(read, path) for path in paths]
        try:
            return {path: done.result() for path, done in zip(paths, work, strict=True)}
        finally:
            pool.shutdown(cancel_futures=True)


def _free_cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _must_be(file: FileIO, path: str, stamp: Stamp) -> None:
    if Stamp.of(os.fstat(file.fileno())) != stamp:
        raise InvalidSubmissionError(f"{path!r} changed while it was hashed")


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
