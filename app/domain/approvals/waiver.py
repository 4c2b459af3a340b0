"""Waivers: a soft rule is let be broken, by somebody, for a while, for a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.approvals import moments
from app.domain.approvals.practice import Practice
from app.domain.digest import Digest
from app.domain.errors import InvalidDigestError

DAY_SECONDS = 86400


class WaiverState(StrEnum):
    """What was last done about a waiver."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class WaiverRequest:
    """What is asked to be waived, by its requester."""

    codes: tuple[str, ...]
    model: str
    """As namespace/name."""
    release_digest: Digest | None
    """None for every release of the model."""
    stage: str
    reason: str
    ticket: str
    not_before: int
    """Seconds since the epoch."""
    expires_at: int
    """Seconds since the epoch; from this second on it covers nothing."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A waiver as it is now."""

    waiver_id: str
    state: WaiverState
    asked: WaiverRequest
    requested_by: str
    approved_by: str | None
    approved_as: str | None
    revoked_by: str | None

    def covers(self, release_digest: Digest, stage: str) -> bool:
        """Tell whether it is about this release on this stage, whatever its state."""
        asked = self.asked
        return asked.stage == stage and asked.release_digest in {None, release_digest}


@dataclass(frozen=True, slots=True)
class IgnoredWaiver:
    """A waiver that covers nothing although it was approved, and why."""

    waiver_id: str
    why: str


def fault(waiver: Waiver, practice: Practice, risk_tier: str | None) -> str | None:
    """Tell why policy data lets an approved waiver cover nothing; None if it does not.

    The rules see to it too: this is for those who wonder why.
    """
    rule, asked = practice.waivers, waiver.asked
    hard = [code for code in asked.codes if not practice.is_soft(code, asked.stage, risk_tier)]
    if hard:
        return f"{hard[0]} is hard on {asked.stage}, or unknown: nothing waives it"
    if asked.expires_at - asked.not_before > rule.max_days * DAY_SECONDS:
        return f"it lasts longer than {rule.max_days} days"
    if waiver.approved_as not in rule.roles:
        return f"the role {waiver.approved_as} may not approve waivers"
    if waiver.approved_by in {None, waiver.requested_by}:
        return "whoever asked for it approved it"
    return None


def written(waiver: Waiver) -> dict[str, Any]:
    """Write a waiver as it stands in the log and is answered."""
    asked = waiver.asked
    members: dict[str, Any] = {
        "waiver_id": waiver.waiver_id,
        "state": waiver.state.value,
        "codes": list(asked.codes),
        "model": asked.model,
        "release_digest": asked.release_digest,
        "stage": asked.stage,
        "reason": asked.reason,
        "ticket": asked.ticket,
        "not_before": moments.rfc3339(asked.not_before),
        "expires_at": moments.rfc3339(asked.expires_at),
        "requested_by": waiver.requested_by,
        "approved_by": waiver.approved_by,
        "approved_as": waiver.approved_as,
        "revoked_by": waiver.revoked_by,
    }
    return {name: value for name, value in members.items() if value is not None}


def read(body: Mapping[str, Any]) -> Waiver | IgnoredWaiver:
    """Read a waiver back from its entry; one that cannot be read covers nothing."""
    try:
        digest = body.get("release_digest")
        asked = WaiverRequest(
            codes=tuple(_texts(body["codes"])),
            model=_text(body["model"]),
            release_digest=None if digest is None else Digest(_text(digest)),
            stage=_text(body["stage"]),
            reason=_text(body["reason"]),
            ticket=_text(body["ticket"]),
            not_before=moments.seconds(_text(body["not_before"])),
            expires_at=moments.seconds(_text(body["expires_at"])),
        )
        return Waiver(
            waiver_id=_text(body["waiver_id"]),
            state=WaiverState(body["state"]),
            asked=asked,
            requested_by=_text(body["requested_by"]),
            approved_by=body.get("approved_by"),
            approved_as=body.get("approved_as"),
            revoked_by=body.get("revoked_by"),
        )
    except (KeyError, ValueError, TypeError, InvalidDigestError) as error:
        why = f"it cannot be read: {type(error).__name__} {error}"
        return IgnoredWaiver(str(body.get("waiver_id", "unknown"))[:80], why[:200])


def _texts(value: object) -> list[str]:
    if not isinstance(value, list) or not value:
        raise TypeError("no list of codes")
    return [_text(member) for member in value]


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("no text")
    return value
