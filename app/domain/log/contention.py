"""Two writers at once: who asked about a place hears of it, who did not tries again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from app.domain.entry import Entry
from app.domain.errors import MovedError, OvertakenError

Made = TypeVar("Made")
"""What comes of writing: an entry, or a decision that is one."""
ATTEMPTS = 20
"""Tries before giving up: of many writers at once one gets through at each."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the caller saw when it decided to write: where the place pointed, None for nowhere."""

    seq: int | None


def seq(entry: Entry | None) -> int | None:
    """Tell what to expect of a place that points at this entry, or at none."""
    return None if entry is None else entry.seq


def overtaken(error: MovedError, expected: Expected | None) -> MovedError:
    """Tell who said what they saw from who was late without having looked."""
    return error if expected is None else OvertakenError(error.place, error.seq)


def settled(
    append: Callable[[], Made], contested: str = "", expected: Expected | None = None
) -> Made:
    """Append, again if another writer moved a place that the caller did not ask about.

    `append` looks at everything anew each time. Raises MovedError for the contested place,
    OvertakenError if the caller said what it saw there.
    """
    for _ in range(ATTEMPTS):
        try:
            return append()
        except MovedError as error:
            if error.place == contested:
                raise overtaken(error, expected) from error
            last = error
    raise last
