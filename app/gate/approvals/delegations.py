"""Let somebody else vote in one's place, for a while; and end it before its time."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.domain.approvals.delegation import Delegation, written
from app.domain.approvals.standing import DAY_SECONDS
from app.domain.caller import ANY, APPROVER_ROLES, Action, Caller, Role
from app.domain.entry import Draft, Entry, Idempotency, Kind, Move
from app.domain.errors import ForbiddenError, InvalidSubmissionError, MovedError, NotFoundError
from app.gate import hear
from app.ports import Ports


@dataclass(frozen=True, slots=True)
class DelegationRequest:
    """Whom the caller lets vote in their place, in which of their roles, for how long."""

    delegate: str
    roles: frozenset[str]
    reason: str
    not_before: int
    """Seconds since the epoch."""
    expires_at: int
    """Seconds since the epoch."""


def give(
    asked: DelegationRequest, caller: Caller, ports: Ports, idempotency: Idempotency | None
) -> Entry:
    """Let somebody vote in the caller's place, in roles of the caller's own token alone.

    So what was let to the caller by others is not passed on. Raises ForbiddenError for a
    role that the caller has not, InvalidSubmissionError, StoreError.
    """
    caller.must_be_able_to(Action.APPROVE)
    own = {role.value for role in caller.roles & APPROVER_ROLES}
    if foreign := sorted(asked.roles - own):
        raise ForbiddenError(f"{caller.subject} has not the role {foreign[0]} to let to others")
    if asked.delegate == caller.subject:
        message = "expected somebody else: nobody votes in one's own place"
        raise InvalidSubmissionError(message, pointer="/delegate")
    most = ports.engine.practice().delegation_max_days
    _must_end(asked, int(ports.clock.now().timestamp()), most)
    entry_id = ports.new_id()
    given = Delegation(
        delegation_id=entry_id,
        delegator=caller.subject,
        delegate=asked.delegate,
        roles=asked.roles,
        scope=caller.scope,
        reason=asked.reason,
        not_before=asked.not_before,
        expires_at=asked.expires_at,
        ended_by=None,
    )
    moves = tuple(Move(place, None) for place in _places(given))
    return _append(given, entry_id, moves, caller, ports, idempotency)


def end(delegation_id: str, caller: Caller, ports: Ports, idempotency: Idempotency | None) -> Entry:
    """End a delegation before its time: the one who gave it can, and the one who has it.

    Votes that were given in its time stay. Raises NotFoundError, ForbiddenError, MovedError,
    StoreError.
    """
    caller.must_be_able_to(Action.APPROVE)
    entry = ports.log.repeated(idempotency) if idempotency else None
    if entry is not None:
        return entry
    first = ports.log.find(delegation_id, Kind.DELEGATION)
    if first is None:
        raise NotFoundError(f"no delegation {delegation_id[:80]}")
    given = hear.delegation(first)
    places = _places(given)
    now = ports.log.at_place(places[0])
    if caller.subject not in {given.delegator, given.delegate}:
        raise ForbiddenError("only those who gave or have a delegation can end it")
    if now is None or hear.delegation(now).ended_by is not None:
        raise MovedError(places[0], None if now is None else now.seq)
    moves = tuple(Move(place, now.seq) for place in places)
    ended = replace(given, ended_by=caller.subject)
    return _append(ended, ports.new_id(), moves, caller, ports, idempotency)


def seen_by(caller: Caller, ports: Ports) -> tuple[Delegation, ...]:
    """List the delegations that are the caller's to see, as they are now.

    To an auditor these are all that reach into the auditor's projects, and of each as much as
    does; to others, what they gave and were given. Raises ForbiddenError, StoreError.
    """
    caller.must_be_able_to(Action.LIST_DELEGATIONS)
    own = of_person(caller.subject, ports)
    if Role.AUDITOR not in caller.roles:
        return own
    given = map(hear.delegation, hear.placed(hear.DELEGATIONS_GIVEN, ports.log))
    within = (_within(one, caller.scope.projects) for one in given)
    found = {one.delegation_id: one for one in within if one.scope.projects}
    found |= {one.delegation_id: one for one in own}
    return tuple(sorted(found.values(), key=lambda one: one.delegation_id))


def of_person(subject: str, ports: Ports) -> tuple[Delegation, ...]:
    """List what a person gave and what was given to them, as it is now. Raises StoreError."""
    entries = [
        *hear.placed(hear.delegations_to(subject), ports.log),
        *hear.placed(hear.delegations_by(subject), ports.log),
    ]
    found = {one.delegation_id: one for one in map(hear.delegation, entries)}
    # A subject can be the beginning of another's: what a place begins with does not tell.
    ours = (one for one in found.values() if subject in {one.delegator, one.delegate})
    return tuple(sorted(ours, key=lambda one: one.delegation_id))


def _within(one: Delegation, projects: frozenset[str]) -> Delegation:
    if ANY in projects:
        return one
    reached = projects if ANY in one.scope.projects else projects & one.scope.projects
    return replace(one, scope=replace(one.scope, projects=reached))


def _must_end(asked: DelegationRequest, now: int, max_days: int) -> None:
    if not now < asked.expires_at or asked.not_before >= asked.expires_at:
        message = "expected an end in the future, after its start"
        raise InvalidSubmissionError(message, pointer="/expires_at")
    if asked.expires_at - asked.not_before > max_days * DAY_SECONDS:
        message = f"expected at most {max_days} days from start to end"
        raise InvalidSubmissionError(message, pointer="/expires_at")


def _places(given: Delegation) -> tuple[str, str]:
    return (
        hear.delegations_to(given.delegate) + given.delegation_id,
        hear.delegations_by(given.delegator) + given.delegation_id,
    )


def _append(  # noqa: PLR0913, PLR0917 - an entry, and the world
    stated: Delegation,
    entry_id: str,
    moves: tuple[Move, ...],
    caller: Caller,
    ports: Ports,
    idempotency: Idempotency | None,
) -> Entry:
    draft = Draft(entry_id, Kind.DELEGATION, caller.subject, written(stated), moves=moves)
    return ports.log.append(draft, idempotency)
