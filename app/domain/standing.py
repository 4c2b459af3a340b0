"""The approvals that hold for one release now."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from app.domain.caller import APPROVER_ROLES
from app.domain.digest import Digest
from app.domain.quorum import Quorum, Seat, seat


class Vote(StrEnum):
    """What a person said about a release; `withdrawn` takes the earlier vote back."""

    APPROVE = "approve"
    VETO = "veto"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Approval:
    """One recorded vote: who, in which roles (those of the token), on which release digest."""

    subject: str
    roles: frozenset[str]
    vote: Vote
    release_digest: Digest
    comment: str
    at: int
    """Seconds since the epoch, as the log assigned it."""
    seq: int
    """Place in the log: of two votes of a person the later one stands."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Who fills which seat, who vetoes, and whose vote does not count."""

    seats: tuple[Seat, ...]
    is_quorum_known: bool
    """False when policy data states no quorum for the stage and tier: then nothing is met."""
    vetoed_by: tuple[str, ...]
    not_counted: tuple[str, ...]


def standing(
    votes: Iterable[Approval], quorum: Quorum | None, release: Digest, submitters: AbstractSet[str]
) -> Standing:
    """Count the latest vote of each person on this release against the seats of the quorum.

    Whoever submitted the release fills no seat with an own approval, however often others
    submitted it again; a submitter's veto still is a veto.
    """
    latest: dict[str, Approval] = {}
    for vote in sorted(votes, key=lambda vote: vote.seq):
        if vote.release_digest == release:
            latest[vote.subject] = vote
    approving = {name: vote for name, vote in latest.items() if vote.vote is Vote.APPROVE}
    roles = frozenset(str(role) for role in APPROVER_ROLES)
    people = {
        name: vote.roles & roles for name, vote in approving.items() if name not in submitters
    }
    return Standing(
        seats=seat(quorum or {}, people),
        is_quorum_known=bool(quorum),
        vetoed_by=tuple(sorted(n for n, vote in latest.items() if vote.vote is Vote.VETO)),
        not_counted=tuple(sorted(set(approving) - set(people))),
    )
