"""Break the glass: let one release through in an emergency; and review it afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.domain.approvals import break_glass
from app.domain.approvals.break_glass import HOUR_SECONDS, BrokenGlass
from app.domain.caller import Action, Caller
from app.domain.decision import Outcome
from app.domain.digest import Digest
from app.domain.entry import Draft, Entry, Idempotency, Kind, Move
from app.domain.errors import ConflictError, ForbiddenError, InvalidSubmissionError, StoreError
from app.domain.identity import tenancy
from app.gate import announce, hear
from app.gate.approvals import voting
from app.ports import Ports


@dataclass(frozen=True, slots=True)
class Emergency:
    """Which release has to go where, why, and for how long."""

    release_digest: Digest
    stage: str
    reason: str
    hours: int


def open_glass(
    asked: Emergency, caller: Caller, ports: Ports, idempotency: Idempotency | None
) -> Entry:
    """Let a release through what its stage attaches as emergency or soft, and tell at once.

    Raises NotFoundError for a release that was never submitted there, ForbiddenError for its
    submitter, ConflictError when it is allowed anyway, InvalidSubmissionError for too many hours
    and when a reason of its latest decision would still deny it, StoreError.
    """
    made = ports.log.repeated(idempotency) if idempotency else None
    if made is not None:
        return made
    caller.must_be_able_to(Action.BREAK_GLASS)
    decision = json.loads(voting.decided(asked.release_digest, asked.stage, caller, ports.log).body)
    on = hear.subject(decision)
    caller.must_be_able_to(Action.BREAK_GLASS, tenancy.project_of(on.model), asked.stage)
    if caller.subject in ports.log.submitters(asked.release_digest):
        raise ForbiddenError("whoever submitted a release does not break the glass for it")
    _must_help(asked, decision, ports)
    now = int(ports.clock.now().timestamp())
    entry_id = ports.new_id()
    glass = BrokenGlass(
        glass_id=entry_id,
        model=on.model,
        version=on.version,
        release_digest=asked.release_digest,
        stage=asked.stage,
        reason=asked.reason,
        opened_by=caller.subject,
        opened_at=now,
        expires_at=now + asked.hours * HOUR_SECONDS,
        reviewed_by=None,
        findings=None,
    )
    entry = _append(glass, entry_id, None, caller, ports, idempotency)
    announce.alert(json.loads(entry.body), ports.notifiers)
    return entry


def review(
    glass_id: str, findings: str, caller: Caller, ports: Ports, idempotency: Idempotency | None
) -> Entry:
    """Close the review that is owed, in a role that policy data names; the emergency ends.

    Raises NotFoundError, ForbiddenError for whoever broke the glass or submitted the release,
    ConflictError when it was reviewed already, MovedError, StoreError.
    """
    made = ports.log.repeated(idempotency) if idempotency else None
    if made is not None:
        return made
    entry, glass = _current(glass_id, caller, ports)
    caller.must_be_able_to(Action.REVIEW_BREAK_GLASS, tenancy.project_of(glass.model))
    roles = ports.engine.practice().break_glass.review_roles
    if not {role.value for role in caller.roles} & roles:
        raise ForbiddenError(f"reviewing broken glass needs the role {', '.join(sorted(roles))}")
    if caller.subject in {glass.opened_by, *ports.log.submitters(glass.release_digest)}:
        raise ForbiddenError("nobody reviews an emergency that they declared or submitted")
    if not glass.is_owed:
        raise ConflictError(f"the emergency {glass_id} was reviewed by {glass.reviewed_by}")
    reviewed = replace(glass, reviewed_by=caller.subject, findings=findings)
    return _append(reviewed, ports.new_id(), entry.seq, caller, ports, idempotency)


def all_of(model: str | None, caller: Caller, ports: Ports) -> tuple[BrokenGlass, ...]:
    """List the emergencies that the caller sees, of a model or (None) of all, oldest first.

    Raises StoreError.
    """
    prefix = hear.GLASS if model is None else hear.glass_of(model)
    entries = tenancy.seen(caller, hear.placed(prefix, ports.log))
    found = (break_glass.read(json.loads(entry.body)) for entry in entries)
    return tuple(sorted(found, key=lambda glass: glass.glass_id))


def _must_help(asked: Emergency, decision: Mapping[str, Any], ports: Ports) -> None:
    if decision["outcome"] == Outcome.ALLOW:
        raise ConflictError(f"the release is allowed by decision {decision['decision_id']}")
    practice = ports.engine.practice()
    most = practice.break_glass.max_hours
    if asked.hours > most:
        raise InvalidSubmissionError(f"expected at most {most} hours", pointer="/hours")
    tier = decision["release"]["risk_tier"]
    for code in sorted({reason["code"] for reason in decision["reasons"]}):
        if not practice.is_breakable(code, asked.stage, tier):
            message = f"{code} is hard for {asked.stage}/{tier}: no glass lets it through"
            raise InvalidSubmissionError(message, pointer="/release_digest")


def _current(glass_id: str, caller: Caller, ports: Ports) -> tuple[Entry, BrokenGlass]:
    found = ports.log.find(glass_id, Kind.BREAK_GLASS)
    first = tenancy.must_see(caller, found, f"emergency {glass_id[:80]!r}")
    opened = break_glass.read(json.loads(first.body))
    entry = ports.log.at_place(_place(opened))
    if entry is None:
        raise StoreError(f"the emergency {glass_id} has lost its place")
    return entry, break_glass.read(json.loads(entry.body))


def _place(glass: BrokenGlass) -> str:
    return hear.glass_of(glass.model) + glass.glass_id


def _append(  # noqa: PLR0913, PLR0917 - an entry, and the world
    glass: BrokenGlass,
    entry_id: str,
    expected: int | None,
    caller: Caller,
    ports: Ports,
    idempotency: Idempotency | None,
) -> Entry:
    draft = Draft(
        id=entry_id,
        kind=Kind.BREAK_GLASS,
        actor=caller.subject,
        body=break_glass.written(glass),
        release_digest=glass.release_digest,
        model=glass.model,
        stage=glass.stage,
        outcome="opened" if glass.is_owed else "reviewed",
        moves=(Move(_place(glass), expected),),
    )
    return ports.log.append(draft, idempotency)
