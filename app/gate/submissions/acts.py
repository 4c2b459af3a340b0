"""What people do that can change an outcome: each act is recorded, and its releases decided again.

Nobody else calls the use cases that record these acts: so none of them leaves a release with an
outcome from before it, whether it comes over the API, from a page or by a webhook.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.approvals import break_glass as glasses
from app.domain.approvals import waiver as stated
from app.domain.approvals.components import Component
from app.domain.approvals.standing import Vote
from app.domain.approvals.waiver import Waiver, WaiverState
from app.domain.caller import Caller
from app.domain.digest import Digest
from app.domain.entry import Entry, Idempotency, Kind
from app.domain.errors import GateError
from app.domain.models import mark as marks
from app.domain.models.incident import Incident
from app.domain.models.mark import State
from app.gate import hear
from app.gate.approvals import break_glass, voting, waivers
from app.gate.approvals.break_glass import Emergency
from app.gate.models import mark
from app.gate.submissions import concerned, reconsider
from app.gate.submissions.concerned import Concerned
from app.gate.submissions.reconsider import Reconsidered
from app.ports import Ports


@dataclass(frozen=True, slots=True)
class Act:
    """What was recorded, and what became of the releases that it counts for."""

    entry: Entry
    again: Reconsidered


def vote(  # noqa: PLR0913, PLR0917 - as `voting.vote`
    release: Digest,
    said: Vote,
    comment: str,
    caller: Caller,
    ports: Ports,
    idempotency: Idempotency | None,
    *,
    stage: str | None = None,
    looked_at: Mapping[Component, str] | None = None,
    statement: bytes | None = None,
) -> Act:
    """Vote on a release. A comment decides nothing. Raises as `voting.vote`."""
    entry = voting.vote(
        release,
        said,
        comment,
        caller,
        ports,
        idempotency,
        stage=stage,
        looked_at=looked_at,
        statement=statement,
    )
    return _followed(entry, ports)


def withdraw(
    approval_id: str, caller: Caller, ports: Ports, idempotency: Idempotency | None
) -> Act:
    """Take one's own vote back. Raises as `voting.withdraw`."""
    return _followed(voting.withdraw(approval_id, caller, ports, idempotency), ports)


def approve_waiver(
    waiver_id: str, caller: Caller, ports: Ports, idempotency: Idempotency | None
) -> Act:
    """Approve a waiver: what it covers passes. Raises as `waivers.approve`."""
    return _followed(waivers.approve(waiver_id, caller, ports, idempotency), ports)


def revoke_waiver(
    waiver_id: str, caller: Caller, ports: Ports, idempotency: Idempotency | None
) -> Act:
    """End a waiver: what rested on it passes no more. Raises as `waivers.revoke`."""
    return _followed(waivers.revoke(waiver_id, caller, ports, idempotency), ports)


def open_glass(
    asked: Emergency, caller: Caller, ports: Ports, idempotency: Idempotency | None
) -> Act:
    """Break the glass: the release passes. Raises as `break_glass.open_glass`."""
    return _followed(break_glass.open_glass(asked, caller, ports, idempotency), ports)


def review_glass(
    glass_id: str, findings: str, caller: Caller, ports: Ports, idempotency: Idempotency | None
) -> Act:
    """Close a review: the emergency ends, and no other release of the model waits for it.

    Raises as `break_glass.review`.
    """
    return _followed(break_glass.review(glass_id, findings, caller, ports, idempotency), ports)


def mark_release(  # noqa: PLR0913, PLR0917 - as `mark.mark`
    release: Digest,
    state: State,
    reason: str,
    caller: Caller,
    ports: Ports,
    idempotency: Idempotency | None,
) -> Act:
    """Mark the bytes of a release. Raises as `mark.mark`."""
    return _followed(mark.mark(release, state, reason, caller, ports, idempotency), ports)


def report(incident: Incident, caller: Caller, ports: Ports) -> Act:
    """Mark a release because of an event. Raises as `mark.report`."""
    return _followed(mark.report(incident, caller, ports), ports)


def _followed(entry: Entry, ports: Ports) -> Act:
    # The act is recorded: what it counts for may not be found just now, but it stands.
    try:
        found = _concerned(entry, ports)
    except GateError:
        return Act(entry, Reconsidered(is_whole=False))
    return Act(entry, reconsider.each(found, ports))


def _concerned(entry: Entry, ports: Ports) -> Concerned:
    match entry.kind:
        case Kind.APPROVAL if hear.approval(entry).vote is not Vote.COMMENT:
            return concerned.by_vote(entry, ports.log)
        case Kind.WAIVER:
            return _of_waiver(entry, ports)
        case Kind.BREAK_GLASS:
            glass = glasses.read(json.loads(entry.body))
            find = concerned.by_broken_glass if glass.is_owed else concerned.by_review
            return find(glass, ports.log)
        case Kind.RELEASE_MARKED if marks.read(entry).state is not State.UNDER_REVIEW:
            # Under review, what runs may be started again (ADR 0032): its allow has to stand.
            return concerned.by_mark(marks.read(entry).release_digest, ports.log)
        case _:
            return Concerned(())


def _of_waiver(entry: Entry, ports: Ports) -> Concerned:
    now = stated.read(json.loads(entry.body))
    if not isinstance(now, Waiver) or now.state is WaiverState.REQUESTED:
        return Concerned(())
    if now.state is WaiverState.APPROVED:
        return concerned.by_approved_waiver(now, ports.log)
    asked = ports.log.find(now.waiver_id, Kind.WAIVER)
    return concerned.by_revoked_waiver(now, 0 if asked is None else asked.at, ports.log)
