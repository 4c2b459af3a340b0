"""Approve, veto, comment or withdraw: what one person says about exactly one release."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from app.domain.approvals.components import Component
from app.domain.approvals.delegation import Stead
from app.domain.approvals.standing import Approval, Subject, Vote
from app.domain.caller import APPROVER_ROLES, Action, Caller
from app.domain.digest import Digest
from app.domain.entry import Draft, Entry, Idempotency, Kind, Move, Personal
from app.domain.errors import ConflictError, ForbiddenError, NotFoundError, OutdatedError
from app.domain.identity import tenancy
from app.domain.log import contention
from app.gate import hear
from app.gate.approvals import signed
from app.ports import Log, Ports


def vote(  # noqa: PLR0913, PLR0917 - a vote, who gives it, on what, and the world
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
) -> Entry:
    """Record a vote in the roles of the caller's token, on a release that was submitted.

    It is given on the release as it was last decided (on `stage`, if one is named): with the
    card, the reports and the policies of then. With `looked_at` only if each component named
    there still is what the caller looked at. `statement` is a sigstore bundle over the very
    vote, and is checked before it is kept.

    Raises ForbiddenError without an approver role, NotFoundError for a digest that nobody
    submitted, OutdatedError, InvalidSubmissionError for a statement that does not hold,
    StoreError.
    """
    caller.must_be_able_to(Action.APPROVE)
    made = ports.log.repeated(idempotency) if idempotency else None
    if made is not None:
        return made
    decision = decided(release, stage, caller, ports.log)
    on = hear.subject(json.loads(decision.body))
    caller.must_be_able_to(Action.APPROVE, tenancy.project_of(on.model))
    _must_be_as_seen(on, looked_at or {})
    steads = hear.steads(caller.subject, on, ports.log, int(ports.clock.now().timestamp()))
    body: dict[str, Any] = {"decision_id": decision.id}
    documents: tuple[tuple[Digest, bytes], ...] = ()
    if statement is not None:
        found = signed.checked(statement, on, said, comment, caller.subject, ports)
        documents = ((found.bundle_sha256, statement),)
        body["statement"] = {"sha256": found.bundle_sha256, "signer": signed.signer(found.signer)}

    def attempt() -> Entry:
        after = _last_word(on, caller, ports.log)
        return _append(
            on, said, comment, body, steads, documents, after, caller, ports, idempotency
        )

    return contention.settled(attempt)


def withdraw(
    approval_id: str, caller: Caller, ports: Ports, idempotency: Idempotency | None
) -> Entry:
    """Take one's own vote back, whatever it was.

    Raises NotFoundError, ForbiddenError for somebody else's vote, ConflictError for what is
    no vote, or not the caller's last one on this version, StoreError.
    """
    caller.must_be_able_to(Action.APPROVE)
    made = ports.log.repeated(idempotency) if idempotency else None
    if made is not None:
        return made
    entry = ports.log.find(approval_id, Kind.APPROVAL)
    entry = tenancy.must_see(caller, entry, f"approval {approval_id[:80]!r}")
    given = hear.approval(entry)
    if given.subject != caller.subject:
        raise ForbiddenError("only the person who gave an approval can withdraw it")
    caller.must_be_able_to(Action.APPROVE, tenancy.project_of(given.on.model))
    body = {"withdraws": approval_id}
    steads, said = given.instead_of, Vote.WITHDRAWN

    def attempt() -> Entry:
        word = _last_word(given.on, caller, ports.log)
        _must_be_last(given, ports.log)
        return _append(given.on, said, "", body, steads, (), word, caller, ports, idempotency)

    return contention.settled(attempt)


def _last_word(on: Subject, caller: Caller, log: Log) -> Move:
    # What a person says about a version comes one after the other: nobody takes back unseen.
    place = f"voter:{on.model}:{on.version}:{caller.subject}"
    return Move(place, contention.seq(log.at_place(place)))


def _must_be_last(given: Approval, log: Log) -> None:
    # Else who takes an old approval back would take the veto that came after it back, too.
    if given.vote in {Vote.COMMENT, Vote.WITHDRAWN}:
        raise ConflictError(f"the entry {given.approval_id} is no vote that could be withdrawn")
    own = [
        vote
        for vote in hear.votes(given.on, log)
        if vote.subject == given.subject and vote.vote is not Vote.COMMENT
    ]
    if own and own[-1].seq > given.seq:
        later = own[-1].approval_id
        raise ConflictError(f"the vote {given.approval_id} was followed by your vote {later}")


def decided(release: Digest, stage: str | None, caller: Caller, log: Log) -> Entry:
    """Find the newest decision on a release that the caller sees, on one stage if it is named.

    The same bytes may have been submitted in several projects. Raises NotFoundError for a
    digest that nobody submitted (there), StoreError.
    """
    missing = f"no release with the digest {release} was ever submitted"
    for entry in log.latest(release, Kind.DECISION):
        if not tenancy.may_see(caller, entry):
            continue
        if stage is None or _stage(entry) == stage:
            return entry
        missing = f"the release {release} was never submitted for {stage[:80]}"
    raise NotFoundError(missing)


def _must_be_as_seen(on: Subject, looked_at: Mapping[Component, str]) -> None:
    for name, digest in looked_at.items():
        if on.components.get(name) != digest:
            now = on.components.get(name, "absent")
            message = f"the {name.value} of this release is not what was looked at: it is {now}"
            raise OutdatedError(message, pointer=f"/components/{name.value}")


def _stage(decision: Entry) -> str:
    return str(json.loads(decision.body)["release"]["stage"])


def _append(  # noqa: PLR0913, PLR0917 - all that a vote holds
    on: Subject,
    said: Vote,
    comment: str,
    more: Mapping[str, Any],
    steads: tuple[Stead, ...],
    documents: tuple[tuple[Digest, bytes], ...],
    word: Move,
    caller: Caller,
    ports: Ports,
    idempotency: Idempotency | None,
) -> Entry:
    entry_id = ports.new_id()
    body = {
        "approval_id": entry_id,
        "release_digest": on.release_digest,
        "vote": said.value,
        "subject": caller.subject,
        "roles": sorted(role.value for role in caller.roles & APPROVER_ROLES),
        "projects": sorted(caller.scope.projects),
        "stages": sorted(caller.scope.stages),
        "on": {
            "model": on.model,
            "version": on.version,
            "stage": on.stage,
            "risk_tier": on.risk_tier,
            "components": dict(on.components),
        },
        "instead_of": [
            {"delegator": s.delegator, "role": s.role, "delegation_id": s.delegation_id}
            for s in steads
        ],
        **more,
    }
    draft = Draft(
        id=entry_id,
        kind=Kind.APPROVAL,
        actor=caller.subject,
        body=body,
        release_digest=on.release_digest,
        model=on.model,
        stage=on.stage,
        outcome=said.value,
        documents=documents,
        moves=(Move(hear.votes_of(on.model, on.version) + entry_id, None), word),
        personal=(Personal("comment", comment, ports.new_secret()),) if comment else (),
    )
    return ports.log.append(draft, idempotency)
