"""What happened to a release, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.entry import Kind
from app.web.seeing import Seen
from app.web.showing.words import VOTES, role

MOST = 100


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    at: int
    seq: int
    kind: str
    who: str
    what: str
    comment: str
    outcome: str | None
    id: str


def events(seen: Iterable[Seen]) -> list[Event]:
    """List what happened, newest first, at most MOST."""
    return [_event(one) for one in sorted(seen, key=lambda one: -one.entry.seq)[:MOST]]


def _event(one: Seen) -> Event:
    entry, body = one.entry, one.body
    if entry.kind is Kind.APPROVAL:
        roles = ", ".join(role(name) for name in body.get("roles", []))
        what = f"{VOTES.get(body['vote'], body['vote'])} as {roles}"
        comment = str(body.get("comment", ""))
        return Event(entry.at, entry.seq, entry.kind, entry.actor, what, comment, None, entry.id)
    stage = body.get("release", {}).get("stage", "")
    what = f"submitted it for {stage}"
    outcome = body.get("outcome")
    return Event(entry.at, entry.seq, entry.kind, entry.actor, what, "", outcome, entry.id)
