"""A database that is written in turns and read at will, whose every failure is a StoreError."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from app.domain.errors import StoreError

LONGEST_WAIT = 5.0
"""Seconds that anything waits for a turn, a lock, a connection or an answer."""


@contextmanager
def store_errors(message: str) -> Iterator[None]:
    """Turn whatever a database or a file system raises into StoreError."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise StoreError(message, detail=f"{type(error).__name__}: {error}") from error


class _Shared(threading.local):
    """The read transaction that this thread's reads share, while it keeps one open."""

    connection: Connection | None = None


class Database:
    """Two ways into one database: `write` (as many at a time as it takes) and `read`."""

    def __init__(
        self, writer: Engine, reader: Engine, release: Callable[[], None], *, writers: int
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._release = release
        self._turns = threading.BoundedSemaphore(writers)
        self._is_closed = False
        self._shared = _Shared()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a write transaction; it is durable once this returns, undone if it raises."""
        self._refuse_if_closed()
        if not self._turns.acquire(timeout=LONGEST_WAIT):
            raise StoreError("the store is busy: another write does not end")
        try:
            self._refuse_if_closed()
            with store_errors("the store cannot be written"), self._writer.begin() as connection:
                yield connection
        finally:
            self._turns.release()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a read transaction, or use the snapshot's: one view of what is committed."""
        self._refuse_if_closed()
        shared = self._shared.connection
        with store_errors("the store cannot be read"):
            if shared is not None:
                yield shared
                return
            with self._reader.begin() as connection:
                yield connection

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let all that this thread reads in the block share one view of what is committed."""
        with self.read() as connection:
            before, self._shared.connection = self._shared.connection, connection
            try:
                yield
            finally:
                self._shared.connection = before

    def close(self) -> None:
        """Let go of the database; every later use raises StoreError."""
        if self._is_closed:
            return
        self._is_closed = True
        has_turn = self._turns.acquire(timeout=LONGEST_WAIT)
        try:
            self._reader.dispose()
            self._writer.dispose()
            self._release()
        finally:
            if has_turn:
                self._turns.release()

    def _refuse_if_closed(self) -> None:
        if self._is_closed:
            raise StoreError("the store is closed")
