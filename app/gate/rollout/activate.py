"""Change the active policies: propose, vote, activate; each a recorded act.

What is proposed was run first: on past decisions, so that its effect is known, and by an
engine, so that nothing that does not compile can become active. The seats are those that the
*active* policies state. A proposal follows one activation, so that older policies cannot come
back unnoticed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from app.domain.approvals.standing import Vote
from app.domain.caller import Action, Caller
from app.domain.digest import Digest
from app.domain.entry import Draft, Entry, Idempotency, Kind, Move
from app.domain.errors import (
    ConflictError,
    InvalidSubmissionError,
    NotFoundError,
    PolicyEngineError,
)
from app.domain.rollout.activation import (
    ACTIVE,
    VOTERS,
    Activation,
    Agreement,
    PolicyVote,
    Proposal,
    agreement,
    effect,
)
from app.domain.rollout.policies import Policies
from app.domain.rollout.replayed import Replay
from app.gate import record
from app.gate.rollout.replay import replay
from app.ports import Log, Ports

REPLAYED = 200
"""Past decisions on which a proposal is tried."""
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Proposed:
    """What an author sends: the sources of policies, why, and what they know of the effect."""

    sources: bytes
    summary: str
    is_loosening_acknowledged: bool
    reverts: bool
    """Whether it is meant to bring back policies that were active before."""


def propose(
    proposed: Proposed, caller: Caller, ports: Ports, idempotency: Idempotency | None
) -> Entry:
    """Record a proposal with its effect on past decisions, and keep its sources.

    Raises ForbiddenError, InvalidSubmissionError for policies that cannot be used, that are
    active already, that were active before, or that allow what was not allowed without the
    author's word; StoreError.
    """
    caller.must_be_able_to(Action.PROPOSE_POLICY)
    current = active(ports.log)
    replaces = current.revision if current else _revision(ports)
    candidate = _readable(proposed.sources, ports)
    _must_be_new(candidate.revision, replaces, proposed, ports.log)
    told = _tried(proposed.sources, candidate.revision, ports)
    if told.loosened and not proposed.is_loosening_acknowledged:
        first = told.loosened[0]
        raise InvalidSubmissionError(
            f"{len(told.loosened)} past decisions would now be allowed, such as "
            f"{first.decision_id} ({first.release}): acknowledge it if that is meant",
            pointer="/acknowledge_loosening",
        )
    record.kept(candidate.revision, proposed.sources, ports.log)
    entry_id = ports.new_id()
    body: dict[str, Any] = {
        "proposal_id": entry_id,
        "summary": proposed.summary,
        "proposed_by": caller.subject,
        "policy": {"revision": candidate.revision},
        "sources_sha256": Digest.of(proposed.sources),
        "replaces": replaces,
        "effect": effect(told),
    }
    if current is not None:
        body["after"] = current.seq
    move = Move(_place(entry_id), None)
    draft = Draft(entry_id, Kind.POLICY_PROPOSED, caller.subject, body, moves=(move,))
    return ports.log.append(draft, idempotency)


def vote(
    proposal_id: str, said: Vote, caller: Caller, ports: Ports, idempotency: Idempotency | None
) -> Entry:
    """Record what one person says of a proposal; their latest word stands.

    Raises ForbiddenError, NotFoundError, MovedError when the same person voted meanwhile.
    """
    caller.must_be_able_to(Action.VOTE_ON_POLICY)
    proposal = find(proposal_id, ports.log)
    place = f"{_votes(proposal.id)}{caller.subject}"
    before = ports.log.at_place(place)
    entry_id = ports.new_id()
    body = {
        "vote_id": entry_id,
        "proposal_id": proposal.id,
        "policy": {"revision": proposal.revision},
        "subject": caller.subject,
        "roles": sorted(role.value for role in caller.roles & VOTERS),
        "vote": said.value,
    }
    move = Move(place, before.seq if before else None)
    draft = Draft(
        entry_id, Kind.POLICY_VOTE, caller.subject, body, outcome=said.value, moves=(move,)
    )
    return ports.log.append(draft, idempotency)


def activate(
    proposal_id: str, caller: Caller, ports: Ports, idempotency: Idempotency | None
) -> Entry:
    """Make proposed policies the active ones, once all seats agree and nobody objects.

    Raises ForbiddenError, NotFoundError, ConflictError with what is missing, MovedError when
    another activation was first, PolicyEngineError when nobody can tell the seats.
    """
    caller.must_be_able_to(Action.ACTIVATE_POLICY)
    made = ports.log.repeated(idempotency) if idempotency else None
    if made is not None:
        return made
    proposal = find(proposal_id, ports.log)
    agreed = standing(proposal, ports)
    if agreed.obstacles:
        raise ConflictError(f"it cannot be activated: {'; '.join(agreed.obstacles)}")
    entry_id = ports.new_id()
    body = {
        "activation_id": entry_id,
        "proposal_id": proposal.id,
        "policy": {"revision": proposal.revision},
        "sources_sha256": proposal.sources,
        "replaces": proposal.replaces,
        "activated_by": caller.subject,
        "seats": [{"role": seat.role, "people": list(seat.people)} for seat in agreed.seats],
    }
    moves = (Move(ACTIVE, proposal.after), Move(_place(proposal.id), proposal.seq))
    draft = Draft(entry_id, Kind.POLICY_ACTIVATED, caller.subject, body, moves=moves)
    return ports.log.append(draft, idempotency)


def active(log: Log) -> Activation | None:
    """Find the latest activation; None while no policies were ever activated."""
    entry = log.at_place(ACTIVE)
    return None if entry is None else _activation(entry)


def find(proposal_id: str, log: Log) -> Proposal:
    """Find a proposal. Raises NotFoundError, StoreError."""
    return proposal(recorded(proposal_id, log))


def recorded(proposal_id: str, log: Log) -> Entry:
    """Find the entry of a proposal. Raises NotFoundError, StoreError."""
    entry = log.find(proposal_id, Kind.POLICY_PROPOSED)
    if entry is None:
        raise NotFoundError(f"no proposal {proposal_id[:64]!r} of policies")
    return entry


def proposal(entry: Entry) -> Proposal:
    """Read a proposal back from its entry."""
    body = json.loads(entry.body)
    return Proposal(
        id=entry.id,
        revision=body["policy"]["revision"],
        sources=Digest(body["sources_sha256"]),
        summary=body["summary"],
        proposed_by=body["proposed_by"],
        replaces=body["replaces"],
        after=body.get("after"),
        seq=entry.seq,
        effect=body["effect"],
    )


def standing(proposal: Proposal, ports: Ports) -> Agreement:
    """Tell where a proposal stands by the seats of the active policies.

    Raises PolicyEngineError when their sources are not at hand, StoreError.
    """
    current = active(ports.log)
    seats = _active_policies(current, ports).seats
    return agreement(proposal, _said(proposal.id, ports.log), seats, current)


def _readable(sources: bytes, ports: Ports) -> Policies:
    try:
        return ports.library.read(sources)
    except PolicyEngineError as error:
        raise _unusable(error) from error


def _unusable(error: PolicyEngineError) -> InvalidSubmissionError:
    message = f"these policies cannot be used: {error.message}"
    if error.detail:
        message = f"{message}: {error.detail[:500]}"
    return InvalidSubmissionError(message, pointer="/sources")


def _must_be_new(revision: str, replaces: str, proposed: Proposed, log: Log) -> None:
    if revision == replaces:
        raise InvalidSubmissionError("these policies are the active ones", pointer="/sources")
    earlier = [_activation(entry) for entry in log.moves(ACTIVE)]
    if not proposed.reverts and any(one.revision == revision for one in earlier):
        message = "these policies were active before: say that the proposal reverts to them"
        raise InvalidSubmissionError(message, pointer="/reverts")


def _tried(sources: bytes, revision: str, ports: Ports) -> Replay:
    try:
        with ports.library.running(sources, revision) as candidate:
            return replay(_past(ports.log), ports.documents.read, candidate)
    except PolicyEngineError as error:
        raise _unusable(error) from error


def _past(log: Log) -> list[dict[str, Any]]:
    found: list[Entry] = []
    before: int | None = None
    while len(found) < REPLAYED:
        page = log.page(Kind.DECISION, before=before, limit=_PAGE)
        found += page.entries
        before = page.next_before
        if before is None:
            break
    return [json.loads(entry.body) for entry in found]


def _active_policies(current: Activation | None, ports: Ports) -> Policies:
    if current is not None:
        sources = ports.documents.read(current.sources)
    else:
        revision = _revision(ports)
        record.policies(revision, ports.policies, ports.log)
        kept = ports.log.find(revision, Kind.POLICIES_KEPT)
        sha256 = Digest(json.loads(kept.body)["sources_sha256"]) if kept else None
        sources = ports.documents.read(sha256) if sha256 else None
    if sources is None:
        raise PolicyEngineError(
            "the sources of the active policies are not at hand: nobody knows who must agree"
        )
    return ports.library.read(sources)


def _revision(ports: Ports) -> str:
    # An engine with several bundles names them all: `authz=...,gate=...`.
    told = ports.engine.ping()
    named = dict(part.split("=", 1) for part in told.split(",") if "=" in part)
    return named.get("gate", told)


def _said(proposal_id: str, log: Log) -> list[PolicyVote]:
    prefix, after = _votes(proposal_id), ""
    found: list[PolicyVote] = []
    while page := log.places(prefix, after=after, limit=_PAGE):
        bodies = [json.loads(entry.body) for _, entry in page]
        found += [
            PolicyVote(body["subject"], frozenset(body["roles"]), Vote(body["vote"]))
            for body in bodies
        ]
        after = page[-1][0]
    return found


def _activation(entry: Entry) -> Activation:
    body = json.loads(entry.body)
    sources = Digest(body["sources_sha256"])
    return Activation(body["policy"]["revision"], sources, body["proposal_id"], entry.seq)


def _place(proposal_id: str) -> str:
    return f"policy:proposal:{proposal_id}"


def _votes(proposal_id: str) -> str:
    return f"policy:vote:{proposal_id}:"
