"""What candidate policies would have said of recorded decisions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from app.domain.decision import Outcome, Point


@dataclass(frozen=True, slots=True)
class Said:
    """An outcome and its reasons, as far as a decision records them."""

    outcome: Outcome
    """The strictest over all points."""
    reasons: tuple[tuple[str, str, str, str, str], ...]
    """Code, place, message, observed and required of each reason that is kept."""
    reasons_total: int
    points: tuple[Outcome, ...] = ()
    """The outcome at each point, in their order; empty where it is the same at all."""

    def at(self, point: Point) -> Outcome:
        """The outcome at a point."""
        return self.points[tuple(Point).index(point)] if self.points else self.outcome

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the reasons that are kept."""
        return frozenset(reason[0] for reason in self.reasons)


class Kind(StrEnum):
    """What changed of one decision, the weightiest first."""

    OUTCOME = "outcome"
    REASONS = "reasons"
    """Another reason, or one at another place, but the same outcome."""
    DETAILS = "details"
    """The same reasons in other words or with other numbers."""


@dataclass(frozen=True, slots=True)
class Change:
    """One decision of which the candidate says something else."""

    decision_id: str
    release: str
    """The release for people: `namespace/name version, stage, risk tier`."""
    before: Said
    after: Said

    @property
    def kind(self) -> Kind:
        """What changed."""
        if any(self.before.at(point) is not self.after.at(point) for point in Point):
            return Kind.OUTCOME
        before, after = (_places(said) for said in (self.before, self.after))
        return Kind.DETAILS if before == after else Kind.REASONS

    @property
    def place(self) -> Point | None:
        """The point that tells most of the change; None when it is so over all of them."""
        if self.before.outcome is not self.after.outcome:
            return None
        moved = [point for point in Point if self.before.at(point) is not self.after.at(point)]
        moved.sort(key=lambda point: self.after.at(point) is not Outcome.ALLOW)
        return moved[0] if moved else None

    @property
    def flip(self) -> tuple[Outcome, Outcome]:
        """From which outcome to which other, over all points or at the one that tells most."""
        if self.place is None:
            return self.before.outcome, self.after.outcome
        return self.before.at(self.place), self.after.at(self.place)

    @property
    def loosens(self) -> bool:
        """Whether the candidate allows what was not allowed, if only at one point."""
        return any(
            self.after.at(point) is Outcome.ALLOW and self.before.at(point) is not Outcome.ALLOW
            for point in Point
        )


@dataclass(frozen=True, slots=True)
class NotReplayed:
    """One decision of which nobody knows what the candidate would have said, and why not."""

    decision_id: str
    release: str
    why: str


@dataclass(frozen=True, slots=True)
class Replay:
    """A candidate beside the record: every decision is same, changed or not replayed."""

    revision: str
    """Revision of the candidate."""
    same: int
    changes: tuple[Change, ...]
    not_replayed: tuple[NotReplayed, ...]

    @property
    def replayed(self) -> int:
        """Decisions of which the candidate said something."""
        return self.same + len(self.changes)

    @property
    def loosened(self) -> tuple[Change, ...]:
        """The decisions that the candidate would have allowed and the record does not."""
        return tuple(change for change in self.changes if change.loosens)

    @property
    def flips(self) -> dict[tuple[Outcome, Outcome], int]:
        """How many decisions went from which outcome to which other."""
        return dict(
            sorted(
                Counter(
                    change.flip for change in self.changes if change.kind is Kind.OUTCOME
                ).items()
            )
        )


def _places(said: Said) -> tuple[int, frozenset[tuple[str, str]]]:
    return said.reasons_total, frozenset(reason[:2] for reason in said.reasons)
