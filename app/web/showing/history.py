"""What happened to a release, newest first: who did what, and why it was decided again.

A decision does not name what it followed; the order of the log does (ADR 0092).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.domain.entry import Kind
from app.web.seeing import Seen
from app.web.showing.words import VOTES, role

MOST = 100
OTHERS = (
    Kind.WAIVER,
    Kind.BREAK_GLASS,
    Kind.VERSION_REGISTERED,
    Kind.PROMOTED,
    Kind.ROLLED_BACK,
    Kind.RELEASE_MARKED,
)
"""Kinds of entries that a history is made of, beside votes and decisions."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    at: int
    seq: int
    kind: str
    who: str
    """Whoever did it; empty for what the gate did by itself."""
    what: str
    comment: str
    outcome: str | None
    id: str


def events(seen: Iterable[Seen], *, is_whole: bool) -> list[Event]:
    """List what happened, newest first, at most MOST.

    `is_whole` tells that no decision is left out: then the first on a stage was submitted.
    """
    told: list[Event] = []
    before: dict[str, Event] = {}  # by stage: what happened last
    for one in sorted(seen, key=lambda one: one.entry.seq):
        stage = str(one.body.get("entry", {}).get("stage", ""))
        event = _event(one, before.get(stage), stage, is_first=is_whole and stage not in before)
        told.append(event)
        if one.entry.kind is Kind.DECISION:
            before[stage] = event
        elif _decides_again(one):
            # Bytes are voted on wherever they go: it counts on every stage.
            before = {**dict.fromkeys(before, event), stage: event}
    return told[: -MOST - 1 : -1]


def _decides_again(one: Seen) -> bool:
    # As gate/submissions/acts.py: what people say, and what waits to be looked at, change nothing.
    match one.entry.kind:
        case Kind.APPROVAL:
            return str(one.body["vote"]) != "comment"
        case Kind.WAIVER:
            return str(one.body["state"]) != "requested"
        case Kind.RELEASE_MARKED:
            return str(one.body["state"]) != "under_review"
        case kind:
            return kind is Kind.BREAK_GLASS


def _event(one: Seen, before: Event | None, stage: str, *, is_first: bool) -> Event:
    entry, body = one.entry, one.body
    who, what, comment, outcome = entry.actor, "", "", None
    if entry.kind is Kind.DECISION:
        who, what = _decided(entry.actor, before, stage, is_first=is_first)
        outcome = str(body["outcome"])
    else:
        what, comment = _done(entry.kind, body)
    return Event(entry.at, entry.seq, entry.kind, who, what, comment, outcome, entry.id)


def _decided(actor: str, before: Event | None, stage: str, *, is_first: bool) -> tuple[str, str]:
    if is_first:
        return actor, f"submitted it for {stage}"
    if before is None or before.kind == Kind.DECISION:
        return "", f"Decided again for {stage}, as {actor} submitted it"
    return "", f"Decided again for {stage}, after {before.who} {before.what}"


def _done(kind: Kind, body: dict[str, Any]) -> tuple[str, str]:
    what, comment = "", str(body.get("note", body.get("reason", "")))
    match kind:
        case Kind.APPROVAL:
            what, comment = _voted(body), str(body.get("comment", ""))
        case Kind.WAIVER:
            what = _waived(body)
        case Kind.BREAK_GLASS if "reviewed_by" in body:
            what, comment = "closed the review of the emergency", str(body["findings"])
        case Kind.BREAK_GLASS:
            what = "broke the glass"
        case Kind.VERSION_REGISTERED:
            what = f"registered it as version {body['release']['model']['version']}"
        case Kind.PROMOTED:
            what = f"promoted it to {body['name']}"
        case Kind.ROLLED_BACK:
            what = f"rolled {body['name']} back to it"
        case _:
            what = f"marked it: {role(body.get('state', '')).lower()}"
    return what, comment


def _voted(body: dict[str, Any]) -> str:
    said = VOTES.get(str(body["vote"]), str(body["vote"]))
    steads = [
        f"{role(stead.get('role', ''))} in place of {stead.get('delegator', '')}"
        for stead in body.get("instead_of", [])
    ]
    seats = ", ".join([*(role(name) for name in body.get("roles", [])), *steads])
    return said if body["vote"] in {"comment", "withdrawn"} or not seats else f"{said} as {seats}"


def _waived(body: dict[str, Any]) -> str:
    done = {"requested": "asked for", "approved": "approved", "revoked": "revoked"}
    return f"{done.get(str(body.get('state')), 'changed')} a waiver of {', '.join(body['codes'])}"
