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
    reasons: tuple[Reason, ...]
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


def lasts_until(body: Mapping[str, Any], at: int, validity: timedelta) -> int:
    """Tell until when a recorded allow counts, in microseconds since the epoch.

    It is as old as `validity` lets it be, and no longer than what it rests on.
    """
    until = at + validity // timedelta(microseconds=1)
    stated = body.get("allowed_until")
    return until if stated is None else min(until, microseconds(datetime.fromisoformat(stated)))
