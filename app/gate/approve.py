"""Approve, veto or withdraw: one person's vote on exactly one release digest."""

from __future__ import annotations

import json
from typing import Any

from app.domain.caller import APPROVER_ROLES, Action, Caller
from app.domain.digest import Digest
from app.domain.entry import Draft, Entry, Idempotency, Kind
from app.domain.errors import ForbiddenError, NotFoundError
from app.domain.identity import tenancy
from app.domain.standing import Vote
from app.ports import Log, Ports


def vote(  # noqa: PLR0913, PLR0917 - a vote, who gives it, and the world
    release: Digest,
    said: Vote,
    comment: str,
    caller: Caller,
    ports: Ports,
    idempotency: Idempotency | None,
) -> Entry:
    """Record a vote in the roles of the caller's token, on a release that was submitted.

    Raises ForbiddenError without an approver role, NotFoundError for a digest that nobody
    submitted, StoreError.
    """
    caller.must_be_able_to(Action.APPROVE)
    model = _model(release, caller, ports.log)
    caller.must_be_able_to(Action.APPROVE, tenancy.project_of(model))
    entry_id = ports.new_id()
    body = {
        "approval_id": entry_id,
        "release_digest": release,
        "vote": said.value,
        "subject": caller.subject,
        "roles": sorted(role.value for role in caller.roles & APPROVER_ROLES),
        "projects": sorted(caller.scope.projects),
        "stages": sorted(caller.scope.stages),
        "comment": comment,
    }
    draft = Draft(
        id=entry_id,
        kind=Kind.APPROVAL,
        actor=caller.subject,
        body=body,
        release_digest=release,
        model=model,
        outcome=said.value,
    )
    return ports.log.append(draft, idempotency)


def withdraw(
    approval_id: str, caller: Caller, ports: Ports, idempotency: Idempotency | None
) -> Entry:
    """Take one's own vote back, whatever it was.

    Raises NotFoundError, ForbiddenError for somebody else's vote, StoreError.
    """
    given = _given(approval_id, caller, ports.log)
    if given["subject"] != caller.subject:
        raise ForbiddenError("only the person who gave an approval can withdraw it")
    release = Digest(given["release_digest"])
    return vote(release, Vote.WITHDRAWN, "", caller, ports, idempotency)


def _model(release: Digest, caller: Caller, log: Log) -> str:
    # The same bytes may have been submitted in several projects: the newest that the caller sees.
    submitted = tenancy.seen(caller, log.about(release, Kind.DECISION))
    if not submitted:
        raise NotFoundError(f"no release with the digest {release} was ever submitted")
    model: str = json.loads(submitted[-1].body)["entry"]["model"]
    return model


def _given(approval_id: str, caller: Caller, log: Log) -> dict[str, Any]:
    entry = log.find(approval_id, Kind.APPROVAL)
    entry = tenancy.must_see(caller, entry, f"approval {approval_id[:80]!r}")
    body: dict[str, Any] = json.loads(entry.body)
    return body
