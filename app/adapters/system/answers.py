"""Answers kept in memory for as long as nothing is recorded that could change one."""

from __future__ import annotations

import threading

from app.domain.enforcement.answer import Answer

MOST_KEPT = 10_000


class KeptAnswers:
    """Implements the port Answers: all are forgotten when the log has moved on."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._lock = threading.Lock()
        self._as_of = -1
        self._kept: dict[tuple[str, ...], Answer] = {}

    def recall(self, asked: tuple[str, ...], as_of: int) -> Answer | None:
        """Give the answer that was kept when the log stood at this very place, or None."""
        with self._lock:
            return self._kept.get(asked) if as_of == self._as_of else None

    def keep(self, asked: tuple[str, ...], as_of: int, answer: Answer) -> None:
        """Keep an answer that rests on no entry after this place."""
        with self._lock:
            if as_of < self._as_of:
                return
            if as_of > self._as_of or len(self._kept) >= MOST_KEPT:
                self._kept.clear()
                self._as_of = as_of
            self._kept[asked] = answer
