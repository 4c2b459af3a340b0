"""Digests that were worked out before, kept by what the file system tells of each file.

An entry is believed for a week, so that a change that no stamp shows (a file system that
keeps no ctime, a restored disk) does not stay unseen. A file that changed moments before
it was hashed is not kept at all: a later change could carry the same stamp.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from app.adapters.model_files.walk import Stamp
from app.domain.digest import Digest
from app.domain.errors import InvalidDigestError, StoreError

BELIEVED_FOR = timedelta(days=7)
SETTLED_AFTER = timedelta(seconds=2)
_KEY = "device = ? AND inode = ? AND size = ? AND mtime_ns = ? AND ctime_ns = ?"
_TABLE = """
CREATE TABLE IF NOT EXISTS hashed (
    device INTEGER, inode INTEGER, size INTEGER, mtime_ns INTEGER, ctime_ns INTEGER,
    sha256 TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (device, inode)
) WITHOUT ROWID
"""


class HashCache:
    """A SQLite file that only its owner can write. Use it in one thread, and close it."""

    def __init__(self, path: Path, *, is_believed: bool = True) -> None:
        """Open or make the file; what is not believed is only written anew.

        Raises StoreError if others can write it.
        """
        self._is_believed = is_believed
        try:
            _secure(path)
            self._path = path
            self._database = _connect(path)
        except (OSError, sqlite3.Error) as error:
            raise _unusable(path, str(error)) from error

    def find(self, stamps: Mapping[str, Stamp], now: datetime) -> dict[str, Digest]:
        """Find the digests of those files that have been hashed as they stand.

        Raises StoreError if the file cannot be read.
        """
        oldest = (now - BELIEVED_FOR).timestamp()
        query = f"SELECT sha256 FROM hashed WHERE {_KEY} AND at BETWEEN ? AND ?"  # noqa: S608 - constants only
        found: dict[str, Digest] = {}
        with self._usable():
            for path, stamp in stamps.items() if self._is_believed else ():
                values = (*_key(stamp), oldest, now.timestamp())
                row = self._database.execute(query, values).fetchone()
                if row is not None:
                    found[path] = Digest(row[0])
        return found

    def keep(
        self, stamps: Mapping[str, Stamp], digests: Mapping[str, Digest], now: datetime
    ) -> None:
        """Keep the digests of files that had been left alone for a while.

        Raises StoreError if the file cannot be written.
        """
        settled = int((now - SETTLED_AFTER).timestamp() * 1_000_000_000)
        rows = [
            (*_key(stamps[path]), digest, int(now.timestamp()))
            for path, digest in digests.items()
            if stamps[path].ctime_ns < settled
        ]
        with self._usable(), self._database:
            statement = "INSERT OR REPLACE INTO hashed VALUES (?, ?, ?, ?, ?, ?, ?)"
            self._database.executemany(statement, rows)

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, InvalidDigestError) as error:
            raise _unusable(self._path, str(error)) from error

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _secure(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    status = os.fstat(descriptor)
    os.close(descriptor)
    if status.st_uid != os.geteuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise _unusable(path, "others can write it, and could plant digests")


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path)
    try:
        database.execute(_TABLE)
    except sqlite3.Error:
        database.close()
        raise
    return database


def _key(stamp: Stamp) -> tuple[int, ...]:
    # SQLite integers are signed; inodes and devices may use all 64 bits.
    numbers = (stamp.device, stamp.inode, stamp.size, stamp.mtime_ns, stamp.ctime_ns)
    return tuple((number + 2**63) % 2**64 - 2**63 for number in numbers)


def _unusable(path: Path, reason: str) -> StoreError:
    return StoreError(f"the cache of digests {path} cannot be used: {reason}")
