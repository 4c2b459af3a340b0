"""The verdict of policy, and the decision that it becomes once it is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from app.domain.entry import microseconds


class Outcome(StrEnum):
    """The three answers. Could-not-decide is an error, never one of these."""

    ALLOW = "allow"
    PENDING = "pending"
    DENY = "deny"


class Point(StrEnum):
    """Where the word of the gate is used; a rule can be attached more mildly to some of them."""

    CI = "ci"
    """A pipeline rehearses, to tell a team what it lacks."""
    PROMOTION = "promotion"
    """A version moves to a stage."""
    ADMISSION = "admission"
    """A deployer asks what was decided."""
    AUDIT = "audit"
    """What is live is decided again."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a release is not allowed: one broken rule, where, and who can mend it how."""

    code: str
    at: str
    """JSON Pointer into the policy input."""
    message: str
    is_pending: bool
    """True when people can still give what is missing; False when the release must change."""
    who: str
    how: str
    observed: str | None
    required: str | None
    points: tuple[Point, ...] = tuple(Point)
    """Where it objects: everywhere, unless policy data attaches its rule more mildly."""


@dataclass(frozen=True, slots=True)
class Waived:
    """A broken rule that does not object, and the waivers or broken glass that see to it."""

    code: str
    at: str
    by: tuple[str, ...]
    """Ids of what covers it."""


@dataclass(frozen=True, slots=True)
class NextAction:
    """What one role can do next, and the reasons that it would mend."""

    who: str
    how: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EngineIdentity:
    """The engine that evaluated, chosen at start and named in every decision."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What policy said of one input document, checked to be whole and consistent."""

    outcome: Outcome
    """The strictest over all points."""
    reasons: tuple[Reason, ...]
    """Whatever objects at any point."""
    warnings: tuple[Reason, ...]
    profile: str
    checks: tuple[str, ...]
    """The checks that ran: exactly those that the profile names, and at least one."""
    policy_revision: str
    engine: EngineIdentity
    waived: tuple[Waived, ...] = ()
    """Rules that are broken and waived; each is among the warnings too."""
    broken_glass: tuple[Waived, ...] = ()
    """Rules that are broken and that broken glass covers, likewise."""
    points: tuple[tuple[Point, Outcome], ...] = ()
    """The outcome at each point; empty where policies know none, and it is the same at all."""

    def is_scoped(self) -> bool:
        """Whether it is another outcome at some point than over all."""
        return any(outcome is not self.outcome for _, outcome in self.points)

    def is_allowed_somewhere(self) -> bool:
        """Whether it is an allow at some point, and so has to end with what it rests on."""
        return Outcome.ALLOW in {self.outcome, *(outcome for _, outcome in self.points)}


@dataclass(frozen=True, slots=True)
class Decision:
    """A recorded verdict. It exists only once it is in the log (or is a rehearsal)."""

    decision_id: str | None
    """None for a rehearsal, which is recorded nowhere."""
    log: str | None
    seq: int | None
    body: Mapping[str, Any]
    """The exact document that was recorded and is answered."""

    @property
    def outcome(self) -> Outcome:
        """The recorded outcome."""
        return Outcome(self.body["outcome"])


def next_actions(reasons: Iterable[Reason]) -> tuple[NextAction, ...]:
    """Group reasons by who can mend them and how, in the order in which they came."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for reason in reasons:
        codes = grouped.setdefault((reason.who, reason.how), [])
        if reason.code not in codes:
            codes.append(reason.code)
    return tuple(NextAction(who, how, tuple(codes)) for (who, how), codes in grouped.items())


def outcome_at(body: Mapping[str, Any], point: Point) -> Outcome:
    """Tell the outcome of a recorded decision at a point: the one over all unless it says more."""
    stated = body.get("points", {})
    return Outcome(stated.get(point.value, body["outcome"]))


def objects_at(reason: Mapping[str, Any], point: Point) -> bool:
    """Tell whether a recorded reason objects at a point: everywhere unless it says where."""
    return point.value in reason.get("points", tuple(Point))


def at_point(body: Mapping[str, Any], point: Point) -> dict[str, Any]:
    """Give a decision as it is at one point: what does not object there only warns.

    Of reasons that were left out of the record nobody knows where they object; so when none
    of those kept objects here although it is no allow, all are told.
    """
    here = [reason for reason in body["reasons"] if objects_at(reason, point)]
    outcome = outcome_at(body, point)
    if outcome is not Outcome.ALLOW and not here:
        here = list(body["reasons"])
    elsewhere = [reason for reason in body["reasons"] if reason not in here]
    left_out = body["reasons_total"] - len(body["reasons"])
    codes = {reason["code"] for reason in here}
    actions = (
        {**action, "codes": [code for code in action["codes"] if code in codes]}
        for action in body["next_actions"]
    )
    return {
        **body,
        "outcome": outcome.value,
        "reasons": here,
        "reasons_total": 0 if outcome is Outcome.ALLOW else len(here) + left_out,
        "warnings": [*body["warnings"], *elsewhere],
        "next_actions": [action for action in actions if action["codes"]],
    }


def lasts_until(body: Mapping[str, Any], at: int, validity: timedelta) -> int:
    """Tell until when a recorded allow counts, in microseconds since the epoch.

    It is as old as `validity` lets it be, and no longer than what it rests on.
    """
    until = at + validity // timedelta(microseconds=1)
    stated = body.get("allowed_until")
    return until if stated is None else min(until, microseconds(datetime.fromisoformat(stated)))
