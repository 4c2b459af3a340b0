"""Waive a soft rule: one asks, another approves, either ends it; and what there is."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from app.domain.approvals import waiver
from app.domain.approvals.practice import Practice
from app.domain.approvals.waiver import IgnoredWaiver, Waiver, WaiverRequest, WaiverState
from app.domain.caller import Action, Caller
from app.domain.entry import Draft, Entry, Idempotency, Kind, Move
from app.domain.errors import (
    ConflictError,
    ForbiddenError,
    InvalidSubmissionError,
    NotFoundError,
    StoreError,
)
from app.domain.identity import tenancy
from app.gate import hear
from app.gate.approvals import voting
from app.ports import Ports


@dataclass(frozen=True, slots=True)
class Waivers:
    """Waivers as they are now, the oldest first, and entries that are none."""

    waivers: tuple[Waiver, ...]
    malformed: tuple[IgnoredWaiver, ...]


def request(
    asked: WaiverRequest, caller: Caller, ports: Ports, idempotency: Idempotency | None
) -> Entry:
    """Ask for a waiver of soft rules; it covers nothing until another approves it.

    Raises InvalidSubmissionError for a rule that is hard there or unknown, and for a time
    that is over or too long; NotFoundError for a release that nobody submitted; StoreError.
    """
    project = tenancy.project_of(asked.model)
    caller.must_be_able_to(Action.REQUEST_WAIVER, project, asked.stage)
    practice = ports.engine.practice()
    _must_be_waivable(asked, practice, caller, ports)
    _must_end(asked, int(ports.clock.now().timestamp()), practice.waivers.max_days)
    entry_id = ports.new_id()
    stated = Waiver(
        waiver_id=entry_id,
        state=WaiverState.REQUESTED,
        asked=asked,
        requested_by=caller.subject,
        approved_by=None,
        approved_as=None,
        revoked_by=None,
    )
    return _append(stated, entry_id, None, caller, ports, idempotency)


def approve(waiver_id: str, caller: Caller, ports: Ports, idempotency: Idempotency | None) -> Entry:
    """Approve a waiver that somebody else asked for, in a role that policy data names.

    Raises NotFoundError, ForbiddenError, ConflictError unless it is only requested,
    InvalidSubmissionError when it can no longer be approved, MovedError, StoreError.
    """
    made = ports.log.repeated(idempotency) if idempotency else None
    if made is not None:
        return made
    entry, stated = _current(waiver_id, caller, ports)
    project = tenancy.project_of(stated.asked.model)
    caller.must_be_able_to(Action.APPROVE_WAIVER, project, stated.asked.stage)
    practice = ports.engine.practice()
    roles = sorted({role.value for role in caller.roles} & practice.waivers.roles)
    if not roles:
        wanted = ", ".join(sorted(practice.waivers.roles))
        raise ForbiddenError(f"approving a waiver needs the role {wanted}")
    digest = stated.asked.release_digest
    submitters = frozenset() if digest is None else ports.log.submitters(digest)
    if caller.subject in {stated.requested_by, *submitters}:
        raise ForbiddenError("nobody approves a waiver that they asked for, or for their release")
    if stated.state is not WaiverState.REQUESTED:
        raise ConflictError(f"the waiver {waiver_id} is {stated.state}, not requested")
    _must_end(stated.asked, int(ports.clock.now().timestamp()), practice.waivers.max_days)
    _must_be_waivable(stated.asked, practice, caller, ports)
    approved = replace(
        stated,
        state=WaiverState.APPROVED,
        approved_by=caller.subject,
        approved_as=roles[0],
    )
    return _append(approved, ports.new_id(), entry.seq, caller, ports, idempotency)


def revoke(waiver_id: str, caller: Caller, ports: Ports, idempotency: Idempotency | None) -> Entry:
    """End a waiver: whoever asked for it can, and whoever may approve one.

    Raises NotFoundError, ForbiddenError, ConflictError when it is revoked already,
    MovedError, StoreError.
    """
    made = ports.log.repeated(idempotency) if idempotency else None
    if made is not None:
        return made
    entry, stated = _current(waiver_id, caller, ports)
    project = tenancy.project_of(stated.asked.model)
    caller.must_be_able_to(Action.REQUEST_WAIVER, project, stated.asked.stage)
    may_approve = {role.value for role in caller.roles} & ports.engine.practice().waivers.roles
    if caller.subject != stated.requested_by and not may_approve:
        raise ForbiddenError("only who asked for a waiver, or may approve one, can revoke it")
    if stated.state is WaiverState.REVOKED:
        raise ConflictError(f"the waiver {waiver_id} is revoked already")
    revoked = replace(stated, state=WaiverState.REVOKED, revoked_by=caller.subject)
    return _append(revoked, ports.new_id(), entry.seq, caller, ports, idempotency)


def all_of(model: str | None, caller: Caller, ports: Ports) -> Waivers:
    """List the waivers that the caller sees, of a model or (None) of all. Raises StoreError."""
    prefix = hear.WAIVERS if model is None else hear.waivers_of(model)
    entries = tenancy.seen(caller, hear.placed(prefix, ports.log))
    read = [waiver.read(json.loads(entry.body)) for entry in entries]
    found = sorted((w for w in read if isinstance(w, Waiver)), key=lambda w: w.waiver_id)
    return Waivers(tuple(found), tuple(w for w in read if isinstance(w, IgnoredWaiver)))


def one(waiver_id: str, caller: Caller, ports: Ports) -> Entry:
    """Find a waiver as it is now. Raises NotFoundError, StoreError."""
    return _current(waiver_id, caller, ports)[0]


def _current(waiver_id: str, caller: Caller, ports: Ports) -> tuple[Entry, Waiver]:
    found = ports.log.find(waiver_id, Kind.WAIVER)
    first = tenancy.must_see(caller, found, f"waiver {waiver_id[:80]!r}")
    asked = waiver.read(json.loads(first.body))
    if not isinstance(asked, Waiver) or asked.waiver_id != waiver_id:
        raise NotFoundError(f"no waiver {waiver_id[:80]}")
    entry = ports.log.at_place(_place(asked))
    stated = None if entry is None else waiver.read(json.loads(entry.body))
    if entry is None or not isinstance(stated, Waiver):
        raise StoreError(f"the waiver {waiver_id} has lost its place")
    return entry, stated


def _must_be_waivable(
    asked: WaiverRequest, practice: Practice, caller: Caller, ports: Ports
) -> None:
    risk_tier = None
    if asked.release_digest is not None:
        decision = voting.decided(asked.release_digest, asked.stage, caller, ports.log)
        on = hear.subject(json.loads(decision.body))
        if on.model != asked.model:
            message = f"this release is of {on.model}, not of {asked.model}"
            raise InvalidSubmissionError(message, pointer="/model")
        risk_tier = on.risk_tier
    for place, code in enumerate(asked.codes):
        if not practice.is_soft(code, asked.stage, risk_tier):
            where = asked.stage if risk_tier is None else f"{asked.stage}/{risk_tier}"
            message = f"{code} is hard for {where}, or unknown: nothing waives it"
            raise InvalidSubmissionError(message, pointer=f"/codes/{place}")


def _must_end(asked: WaiverRequest, now: int, max_days: int) -> None:
    if asked.expires_at <= max(now, asked.not_before):
        message = "expected an end in the future, after its start"
        raise InvalidSubmissionError(message, pointer="/expires_at")
    if asked.expires_at - asked.not_before > max_days * waiver.DAY_SECONDS:
        message = f"expected at most {max_days} days from start to end"
        raise InvalidSubmissionError(message, pointer="/expires_at")


def _place(stated: Waiver) -> str:
    return hear.waivers_of(stated.asked.model) + stated.waiver_id


def _append(  # noqa: PLR0913, PLR0917 - an entry, and the world
    stated: Waiver,
    entry_id: str,
    expected: int | None,
    caller: Caller,
    ports: Ports,
    idempotency: Idempotency | None,
) -> Entry:
    draft = Draft(
        id=entry_id,
        kind=Kind.WAIVER,
        actor=caller.subject,
        body=waiver.written(stated),
        release_digest=stated.asked.release_digest,
        model=stated.asked.model,
        stage=stated.asked.stage,
        outcome=stated.state.value,
        moves=(Move(_place(stated), expected),),
    )
    return ports.log.append(draft, idempotency)
