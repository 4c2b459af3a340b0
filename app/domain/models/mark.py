"""Marks on a release: under review, or revoked for good. A release without one is clear."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.digest import Digest
from app.domain.entry import Entry, Kind


class State(StrEnum):
    """What was said last of a release's bytes, under whatever name they go."""

    CLEAR = "clear"
    UNDER_REVIEW = "under_review"
    REVOKED = "revoked"
    """For good: the same bytes are never promoted again. What is mended is another release."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A recorded mark: on which bytes, by whom, and why."""

    mark_id: str
    release_digest: Digest
    versions: tuple[str, ...]
    """The registered versions that have these bytes: `namespace/name:version`."""
    state: State
    reason: str
    incident: str | None
    """The event that set it: type, id and source; None if a person did."""
    by: str
    at: int
    """Microseconds since the epoch."""
    seq: int


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A registered version that a release was made from, however far back, and its state."""

    label: str
    """`namespace/name:version`."""
    state: State


@dataclass(frozen=True, slots=True)
class Marks:
    """What is said of a release, of where it would go back to, and of what it was made from."""

    release: State
    rollback: State | None
    """None if the release names no rollback target."""
    ancestors: tuple[Ancestor, ...]
    is_whole: bool
    """False when there are more ancestors than were followed."""


def read(entry: Entry) -> Mark:
    """Read a mark back from its entry."""
    body: dict[str, Any] = json.loads(entry.body)
    return Mark(
        mark_id=entry.id,
        release_digest=Digest(body["release_digest"]),
        versions=tuple(body["versions"]),
        state=State(body["state"]),
        reason=body["reason"],
        incident=_event(body.get("incident")),
        by=entry.actor,
        at=entry.at,
        seq=entry.seq,
    )


def state(newest: Entry | None) -> State:
    """Tell the state from the newest entry at the release's place.

    Only a mark gives a state other than clear, and nothing else is recorded of a release
    that is not clear.
    """
    if newest is None or newest.kind is not Kind.RELEASE_MARKED:
        return State.CLEAR
    return read(newest).state


def _event(incident: Mapping[str, Any] | None) -> str | None:
    if incident is None:
        return None
    return f"{incident['type']} {incident['id']} from {incident['source']}"
