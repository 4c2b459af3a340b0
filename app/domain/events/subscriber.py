"""Who wants to hear of what, where, in which form, and how often it is tried."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from app.domain.entry import Entry, Kind

OWN_KINDS = frozenset({Kind.EVENTS_DELIVERED, Kind.EVENT_UNDELIVERED, Kind.EVENT_RESENT})
"""What telling events records itself: telling of that would never end."""
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600, 7200))
"""Between the tries of one event; the last one stands for all further."""


class Form(StrEnum):
    """How an event is written."""

    CLOUDEVENTS = "cloudevents"
    """CloudEvents 1.0, structured mode: the recorded entry as it stands."""
    CDEVENTS = "cdevents"
    """CDEvents 0.6 draft, subject `approval`, in a CloudEvent: decisions and votes only."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One receiver of events."""

    name: str
    url: str
    form: Form
    kinds: frozenset[Kind]
    outcomes: frozenset[str]
    """Outcomes of decisions that it wants to hear of; empty: of all."""
    attempts: int
    """How often one event is tried before it is put aside."""
    secrets: tuple[bytes, ...] = field(repr=False)
    """Keys that sign, the current one first; more than one while a key is being replaced."""

    @property
    def place(self) -> str:
        """The place in the log that points at how far it has been told."""
        return f"events:{self.name}"

    def wants(self, entry: Entry) -> bool:
        """Whether it is to hear of an entry."""
        if entry.kind in OWN_KINDS or entry.kind not in self.kinds:
            return False
        if entry.kind is not Kind.DECISION or not self.outcomes:
            return True
        return json.loads(entry.body)["outcome"] in self.outcomes


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one try."""

    is_taken: bool
    status: int | None
    """None when there was no answer."""
    message: str
    retry_after: timedelta | None = None
    """What the receiver asks for."""

    @property
    def is_final(self) -> bool:
        """Whether trying again is pointless: 410 says that nobody wants to hear of it."""
        return self.status == _GONE


_GONE = 410


def pause(tries: int, delivery: Delivery) -> timedelta:
    """Tell how long to wait after so many tries of an event; at most what PAUSES end with."""
    usual = PAUSES[min(tries, len(PAUSES)) - 1]
    return min(max(usual, delivery.retry_after or usual), PAUSES[-1])


def letter(subscriber: str, seq: int) -> str:
    """Name the place of an event that was put aside; places of one subscriber sort by `seq`."""
    return f"undelivered:{subscriber}/{seq:016d}"
