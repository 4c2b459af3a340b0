"""A change of the active policies: who proposed it, who agreed, and what it would flip."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.approvals.standing import Vote
from app.domain.caller import Role
from app.domain.digest import Digest
from app.domain.quorum import Quorum, Seat, seat
from app.domain.rollout.replayed import Replay

ACTIVE = "policy:active"
"""The named place that points at the latest activation."""
VOTERS = frozenset({Role.POLICY_ADMIN, Role.GOVERNANCE_LEAD, Role.RISK_COMPLIANCE})
"""The roles that can have a seat when policies are activated."""
MOST_FLIPS = 40
"""Changed decisions that a proposal names; it counts all of them."""


@dataclass(frozen=True, slots=True)
class Activation:
    """The policies that were made the active ones by a recorded act."""

    revision: str
    sources: Digest
    proposal_id: str
    seq: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """Policies that somebody wants to be the active ones."""

    id: str
    revision: str
    sources: Digest
    summary: str
    proposed_by: str
    replaces: str
    """Revision of the policies that were active when it was made."""
    after: int | None
    """Sequence number of the activation that it follows; None for the first."""
    seq: int
    effect: Mapping[str, Any]
    """What a replay of past decisions gave: see `effect`."""


@dataclass(frozen=True, slots=True)
class PolicyVote:
    """What one person said last about a proposal, in which roles."""

    subject: str
    roles: frozenset[str]
    vote: Vote


@dataclass(frozen=True, slots=True)
class Agreement:
    """Where a proposal stands: its seats, who objects, and what keeps it from being activated."""

    seats: tuple[Seat, ...]
    vetoed_by: tuple[str, ...]
    not_counted: tuple[str, ...]
    """Who agreed without filling a seat: the proposer."""
    is_outdated: bool
    """Other policies were activated since it was made."""

    @property
    def obstacles(self) -> tuple[str, ...]:
        """Say what keeps it from being activated; nothing if it can be."""
        found = [f"{seat.open} more {seat.role} must agree" for seat in self.seats if seat.open]
        if not self.seats:
            found.append("the active policies state no seat for an activation")
        found += [f"{subject} objects" for subject in self.vetoed_by]
        if self.is_outdated:
            found.append("other policies were activated since: propose it again")
        return tuple(found)


def agreement(
    proposal: Proposal, votes: Iterable[PolicyVote], seats: Quorum, active: Activation | None
) -> Agreement:
    """Count the votes on a proposal; whoever proposed it fills no seat, but may object."""
    votes = tuple(votes)
    agreeing = {vote.subject: vote.roles for vote in votes if vote.vote is Vote.APPROVE}
    people = {name: roles & VOTERS for name, roles in agreeing.items()}
    counted = {name: roles for name, roles in people.items() if name != proposal.proposed_by}
    return Agreement(
        seats=seat(seats, counted),
        vetoed_by=tuple(sorted(vote.subject for vote in votes if vote.vote is Vote.VETO)),
        not_counted=tuple(sorted(set(agreeing) - set(counted))),
        is_outdated=proposal.after != (active.seq if active else None),
    )


def effect(replay: Replay) -> dict[str, Any]:
    """Write what past decisions would have been: counted whole, the weightiest named."""
    weightiest = sorted(replay.changes, key=lambda change: (not change.loosens, change.kind))
    return {
        "replayed": replay.replayed,
        "same": replay.same,
        "not_replayed": len(replay.not_replayed),
        "loosened": len(replay.loosened),
        "flips": [
            {"from": before.value, "to": after.value, "count": count}
            for (before, after), count in replay.flips.items()
        ],
        "changes": [
            {
                "decision_id": change.decision_id,
                "release": change.release,
                "from": change.flip[0].value,
                "to": change.flip[1].value,
                "gone": sorted(change.before.codes - change.after.codes),
                "new": sorted(change.after.codes - change.before.codes),
            }
            for change in weightiest[:MOST_FLIPS]
        ],
    }
