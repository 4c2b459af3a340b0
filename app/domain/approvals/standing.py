"""The approvals that hold for one release now, and why others do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.approvals.components import Component, Components, moved
from app.domain.approvals.delegation import Stead
from app.domain.approvals.practice import ApproverRule, ApproverSigner, Practice
from app.domain.caller import APPROVER_ROLES
from app.domain.digest import Digest
from app.domain.quorum import Seat, seat

DAY_SECONDS = 86400


class Vote(StrEnum):
    """What a person said about a release; `withdrawn` takes the earlier vote back."""

    APPROVE = "approve"
    VETO = "veto"
    WITHDRAWN = "withdrawn"
    COMMENT = "comment"
    """Said for others to read; no vote, and changes none."""


class Why(StrEnum):
    """Why an approval fills no seat of a role."""

    FOREIGN = "foreign"
    """Given for another model, version or stage."""
    OUTDATED = "outdated"
    """Something that the role judges is not what it was."""
    EXPIRED = "expired"
    INCOMPLETE = "incomplete"
    """Given before all that the role needs was there."""
    EXCLUDED = "excluded"
    """Of somebody who submitted the release, or who made or measured the model."""
    NOT_NEEDED = "not_needed"
    """Somebody else's vote fills the seat of whom it was given for."""
    UNSIGNED = "unsigned"
    """Not signed by somebody who signs for the approver, where the role has to."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What votes are given on and held against: a release on a stage, with its components."""

    release_digest: Digest
    model: str
    """As namespace/name."""
    version: str
    stage: str
    risk_tier: str
    components: Components


@dataclass(frozen=True, slots=True)
class Approval:
    """One recorded vote: who, in which roles (those of the token), on what exactly."""

    subject: str
    roles: frozenset[str]
    vote: Vote
    on: Subject
    """What was voted on, as it was then."""
    at: int
    """Seconds since the epoch, as the log assigned it."""
    seq: int
    """Place in the log: of two votes of a person the later one stands."""
    instead_of: tuple[Stead, ...] = ()
    """Roles of others, who let this person vote in their place."""
    approval_id: str = ""
    signed_by: ApproverSigner | None = None
    """Whose signature on it was verified when it came."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """An approval that fills no seat of a role, and why."""

    subject: str
    role: str
    why: Why
    what: tuple[str, ...]
    """The components that moved, or the duty that excludes."""
    release_digest: Digest
    approval_id: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Who fills which seat, who vetoes, and whose vote does not count."""

    seats: tuple[Seat, ...]
    is_quorum_known: bool
    """False when policy data states no quorum for the stage and tier: then nothing is met."""
    vetoed_by: tuple[str, ...]
    not_counted: tuple[str, ...]
    """People whose approval could fill no seat in any role."""
    set_aside: tuple[SetAside, ...] = ()
    instead_of: tuple[tuple[str, Stead], ...] = ()
    """People who sit in a seat of somebody else's role, and whose it is."""


def standing(
    votes: Iterable[Approval],
    practice: Practice,
    on: Subject,
    excluded: Mapping[str, str],
    now: int,
) -> Standing:
    """Count the latest vote of each person that bears on this release, role by role.

    `excluded` maps people to why they fill no seat: whoever submitted the release, and who
    made or measured it where policy data says so. Their veto still is a veto.
    """
    quorum = practice.quorum(on.stage, on.risk_tier)
    bearing, lapsed = _latest(votes, practice, on)
    approving = {name: vote for name, vote in bearing.items() if vote.vote is Vote.APPROVE}
    count = _Count(practice, on, excluded, _stood_for(bearing, approving, excluded), now)
    people: dict[str, frozenset[str]] = {}
    aside: list[SetAside] = []
    for name, vote in sorted({**lapsed, **approving}.items()):
        against = {role: count.against(vote, role) for role in sorted(_roles(vote))}
        counting = frozenset(role for role, found in against.items() if found is None)
        if counting:
            people[name] = counting
        aside += [found for found in against.values() if found is not None]
    seats = seat(quorum or {}, people)
    return Standing(
        seats=seats,
        is_quorum_known=bool(quorum),
        vetoed_by=tuple(sorted(n for n, vote in bearing.items() if vote.vote is Vote.VETO)),
        not_counted=tuple(sorted({*lapsed, *approving} - set(people))),
        set_aside=tuple(aside),
        instead_of=tuple(
            (person, stead)
            for one in seats
            for person in one.people
            for stead in approving[person].instead_of
            if stead.role == one.role and stead.role not in approving[person].roles
        ),
    )


def _latest(
    votes: Iterable[Approval], practice: Practice, on: Subject
) -> tuple[dict[str, Approval], dict[str, Approval]]:
    """Give the last vote of each person that bears on this release, and of others the last."""
    bearing: dict[str, Approval] = {}
    others: dict[str, Approval] = {}
    for vote in sorted(votes, key=lambda vote: vote.seq):
        if vote.vote is not Vote.COMMENT:
            (bearing if _bears(vote, practice, on) else others)[vote.subject] = vote
    lapsed = {
        name: vote
        for name, vote in others.items()
        if vote.vote is Vote.APPROVE and name not in bearing
    }
    return bearing, lapsed


def _bears(vote: Approval, practice: Practice, on: Subject) -> bool:
    is_same = vote.on.release_digest == on.release_digest
    if _is_foreign(vote, on):
        # What objects to these bytes objects to them under every name.
        return is_same and vote.vote is not Vote.APPROVE
    rules = [practice.approvers[role] for role in _roles(vote) if role in practice.approvers]
    if is_same or not rules:
        return True
    if vote.vote is Vote.APPROVE:
        return any(not _moved(vote, rule, on) for rule in rules)
    # An objection is not shaken off by a change of something else: it stands as long as
    # anything that was objected to does.
    return any(len(_moved(vote, rule, on)) < len(rule.judges) for rule in rules)


def _is_foreign(vote: Approval, on: Subject) -> bool:
    then = vote.on
    return (then.model, then.version, then.stage) != (on.model, on.version, on.stage)


def _own(vote: Approval) -> frozenset[str]:
    return vote.roles & frozenset(str(role) for role in APPROVER_ROLES)


def _roles(vote: Approval) -> frozenset[str]:
    return _own(vote) | {stead.role for stead in vote.instead_of}


def _moved(vote: Approval, rule: ApproverRule, on: Subject) -> tuple[str, ...]:
    judges = rule.judges
    if vote.on.release_digest == on.release_digest:
        judges = judges - {Component.WEIGHTS}  # the same bytes, whichever of them are documents
    return moved(judges, vote.on.components, on.components)


def _stood_for(
    bearing: Mapping[str, Approval],
    approving: Mapping[str, Approval],
    excluded: Mapping[str, str],
) -> dict[tuple[str, str], str]:
    """Tell who may fill the seat of somebody else's role: the first of those who were let to.

    Nobody, where the other voted after all: one person's authority never fills two seats.
    """
    holders: dict[tuple[str, str], str] = {}
    for name, vote in sorted(approving.items(), key=lambda item: item[1].seq):
        for stead in vote.instead_of:
            if stead.delegator not in bearing and name not in excluded:
                holders.setdefault((stead.delegator, stead.role), name)
    return holders


@dataclass(frozen=True, slots=True)
class _Count:
    """What each role of a vote is held against."""

    practice: Practice
    on: Subject
    excluded: Mapping[str, str]
    stood_for: Mapping[tuple[str, str], str]
    now: int

    def against(self, vote: Approval, role: str) -> SetAside | None:
        """Tell why the vote does not count in this role, or None when it does."""
        found = self._unfit(vote, role) or self._barred(vote, role)
        if found is None:
            return None
        why, what = found
        digest = vote.on.release_digest
        return SetAside(vote.subject, role, why, what, digest, vote.approval_id)

    def _unfit(self, vote: Approval, role: str) -> tuple[Why, tuple[str, ...]] | None:
        if _is_foreign(vote, self.on):
            return Why.FOREIGN, ()
        rule = self.practice.approvers.get(role)
        if rule is None:
            return None  # no quorum has this role: the practice was checked whole
        if what := _moved(vote, rule, self.on):
            return Why.OUTDATED, what
        if missing := rule.needs - vote.on.components.keys():
            return Why.INCOMPLETE, tuple(sorted(missing))
        if self.now >= vote.at + rule.valid_days * DAY_SECONDS:
            return Why.EXPIRED, ()
        # Whoever may no longer sign for the approver has not signed for them.
        is_unsigned = rule.is_signed and vote.signed_by not in self.practice.signers
        return (Why.UNSIGNED, ()) if is_unsigned else None

    def _barred(self, vote: Approval, role: str) -> tuple[Why, tuple[str, ...]] | None:
        if vote.subject in self.excluded:
            return Why.EXCLUDED, (self.excluded[vote.subject],)
        if role in _own(vote):
            return None
        others = {stead.delegator for stead in vote.instead_of if stead.role == role}
        free = others - self.excluded.keys()
        if not free:
            return Why.EXCLUDED, tuple(sorted(self.excluded[other] for other in others))
        if all(self.stood_for.get((other, role)) != vote.subject for other in free):
            return Why.NOT_NEEDED, ()
        return None
