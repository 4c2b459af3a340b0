"""Tell what waits for a person: releases with a seat that they could fill, waivers to approve."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from app.domain.approvals.break_glass import BrokenGlass
from app.domain.approvals.standing import SetAside, Subject
from app.domain.approvals.waiver import Waiver, WaiverState
from app.domain.caller import APPROVER_ROLES, Caller
from app.domain.entry import Entry, Kind
from app.domain.identity import tenancy
from app.domain.log.question import Cursor, Field, Question, Term
from app.gate import hear
from app.gate.approvals import break_glass, seats, waivers
from app.gate.approvals.seats import Seating
from app.ports import Log, Ports

MOST_DECISIONS = 200
"""Decisions that are looked through, the newest first."""
_PAGE = 100
_OPEN = Question((Term(Field.REASON, "approvals.seat_open"), Term(Field.KIND, Kind.DECISION)))

_END = 2**53 - 1
_NEWEST = Cursor(before=_END - 1, high=_END)
"""Above every place in a log: with it a search counts nothing that nobody asked for."""


@dataclass(frozen=True, slots=True)
class WaitingRelease:
    """A release with an open seat that the person could fill."""

    on: Subject
    decision: dict[str, Any]
    """The recorded decision: its reasons, and what is to be looked at."""
    roles: tuple[str, ...]
    """Roles of the person that have an open seat."""
    instead_of: tuple[str, ...]
    """People in whose place the person could vote."""
    set_aside: tuple[SetAside, ...]
    """Earlier approvals of the person that no longer count, and why."""
    vetoed_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits for one person, the newest first."""

    releases: tuple[WaitingRelease, ...]
    waivers: tuple[Waiver, ...]
    """Requested waivers that the person may approve."""
    reviews: tuple[BrokenGlass, ...]
    """Emergencies whose review is owed, and that the person may review."""
    is_complete: bool
    """False when more decisions wait than were looked through."""


def inbox(caller: Caller, ports: Ports, most: int = MOST_DECISIONS) -> Inbox:
    """Tell what waits for the caller, in the roles of the token and those let to them.

    At most `most` releases. Raises PolicyEngineError, StoreError.
    """
    now = int(ports.clock.now().timestamp())
    own = {role.value for role in caller.roles & APPROVER_ROLES}
    with ports.log.snapshot():
        decisions = list(_waiting(caller, ports.log)) if own else []
        found = list(islice(_releases(decisions, caller, own, now, ports), most + 1))
        to_approve = _waivers(caller, own, now, ports)
        reviews = _reviews(caller, own, ports)
    is_complete = len(decisions) < MOST_DECISIONS and len(found) <= most
    return Inbox(tuple(found[:most]), to_approve, reviews, is_complete)


def _releases(
    decisions: list[Entry], caller: Caller, own: set[str], now: int, ports: Ports
) -> Iterator[WaitingRelease]:
    practice, given = ports.engine.practice(), hear.delegated(caller.subject, ports.log)
    for entry in _newest_of_each(decisions):
        on = hear.subject(json.loads(entry.body))
        lent = {stead.role: stead.delegator for stead in hear.lent(given, on, now)}
        here = own if caller.scope.covers(tenancy.project_of(on.model), on.stage) else set()
        asked = practice.quorum(on.stage, on.risk_tier) or {}
        # What costs nothing is asked first: who waits may be many, and most wait for others.
        if not asked.keys() & (here | set(lent)) or _is_superseded(entry, ports.log):
            continue
        seating = seats.of_decision(entry, ports)
        roles = _open_to(caller.subject, here | set(lent), seating)
        if roles:
            yield _release(caller.subject, roles, lent, here, seating)


def _reviews(caller: Caller, own: set[str], ports: Ports) -> tuple[BrokenGlass, ...]:
    if not own & ports.engine.practice().break_glass.review_roles:
        return ()
    return tuple(
        glass
        for glass in break_glass.all_of(None, caller, ports)
        if glass.is_owed and caller.subject != glass.opened_by
    )


def _waivers(caller: Caller, own: set[str], now: int, ports: Ports) -> tuple[Waiver, ...]:
    if not own & ports.engine.practice().waivers.roles:
        return ()
    return tuple(
        waiver
        for waiver in waivers.all_of(None, caller, ports).waivers
        if waiver.state is WaiverState.REQUESTED
        and waiver.asked.expires_at > now
        and waiver.requested_by != caller.subject
        and caller.scope.covers(tenancy.project_of(waiver.asked.model), waiver.asked.stage)
    )


def _waiting(caller: Caller, log: Log) -> Iterator[Entry]:
    question = tenancy.within(caller, _OPEN)
    cursor: Cursor | None = _NEWEST
    left = MOST_DECISIONS
    while cursor is not None and left > 0:
        page = log.search(question, cursor, min(_PAGE, left))
        yield from page.entries
        left -= len(page.entries)
        cursor = page.cursor


def _newest_of_each(decisions: list[Entry]) -> Iterator[Entry]:
    seen = set()
    for entry in decisions:
        release = json.loads(entry.body)["release"]
        thing = (*release["model"].values(), release["stage"])
        if thing not in seen:
            seen.add(thing)
            yield entry


def _is_superseded(entry: Entry, log: Log) -> bool:
    on = hear.subject(json.loads(entry.body))
    terms = (
        Term(Field.VERSION, on.version),
        Term(Field.MODEL, on.model),
        Term(Field.STAGE, on.stage),
        Term(Field.KIND, Kind.DECISION),
    )
    return log.search(Question(terms), _NEWEST, 1).entries[0].seq != entry.seq


def _open_to(person: str, roles: set[str], seating: Seating) -> tuple[str, ...]:
    held = seating.held
    standing = held.standing
    seated = {name for seat in standing.seats for name in seat.people}
    if person in seated | set(standing.vetoed_by) | held.excluded.keys():
        return ()
    return tuple(seat.role for seat in standing.seats if seat.open > 0 and seat.role in roles)


def _release(
    person: str, roles: tuple[str, ...], lent: dict[str, str], own: set[str], seating: Seating
) -> WaitingRelease:
    standing = seating.held.standing
    return WaitingRelease(
        on=seating.held.on,
        decision=seating.decision,
        roles=roles,
        instead_of=tuple(sorted({lent[role] for role in roles if role not in own})),
        set_aside=tuple(one for one in standing.set_aside if one.subject == person),
        vetoed_by=standing.vetoed_by,
    )
