"""Breaks a fake store, as a machine breaks a real one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from app.domain.errors import StoreError


class Switch:
    """Whether the store works; `broken` is what the machine does to it."""

    def __init__(self) -> None:
        self.broken = ""

    def must_work(self) -> None:
        """Raise StoreError if the store is broken."""
        if self.broken:
            raise StoreError(self.broken)

    def close(self) -> None:
        """Break the store for good, as closing does."""
        self.broken = "the store is closed"


class Moment(threading.local):
    """How many entries the reads of this thread see: None for all of them."""

    size: int | None = None

    @contextmanager
    def of(self, size: int | None) -> Iterator[None]:
        """Let reads in the block see so many entries."""
        before, self.size = self.size, size
        try:
            yield
        finally:
            self.size = before
