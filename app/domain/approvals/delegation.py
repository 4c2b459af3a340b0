"""Letting somebody else vote in one's place, for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.approvals import moments
from app.domain.caller import Scope


@dataclass(frozen=True, slots=True)
class Stead:
    """A role in which somebody votes in the place of another."""

    delegator: str
    role: str
    delegation_id: str


@dataclass(frozen=True, slots=True)
class Delegation:
    """Who lets whom vote in their place, in which of their own roles, until when."""

    delegation_id: str
    delegator: str
    delegate: str
    roles: frozenset[str]
    scope: Scope
    """Where the roles of the delegator hold."""
    reason: str
    not_before: int
    """Seconds since the epoch."""
    expires_at: int
    """Seconds since the epoch; from this second on it holds no more."""
    ended_by: str | None
    """Who ended it before its time."""

    def is_in_force(self, now: int) -> bool:
        """Tell whether the delegate may vote for the delegator at this second."""
        return self.ended_by is None and self.not_before <= now < self.expires_at

    def steads(self) -> tuple[Stead, ...]:
        """Tell the roles in which the delegate stands for the delegator."""
        return tuple(Stead(self.delegator, role, self.delegation_id) for role in sorted(self.roles))


def written(one: Delegation) -> dict[str, Any]:
    """Write a delegation as it stands in the log and is answered."""
    members: dict[str, Any] = {
        "delegation_id": one.delegation_id,
        "delegator": one.delegator,
        "delegate": one.delegate,
        "roles": sorted(one.roles),
        "projects": sorted(one.scope.projects),
        "stages": sorted(one.scope.stages),
        "reason": one.reason,
        "not_before": moments.rfc3339(one.not_before),
        "expires_at": moments.rfc3339(one.expires_at),
    }
    return members if one.ended_by is None else {**members, "ended_by": one.ended_by}


def read(body: Mapping[str, Any]) -> Delegation:
    """Read a delegation back from its entry."""
    return Delegation(
        delegation_id=body["delegation_id"],
        delegator=body["delegator"],
        delegate=body["delegate"],
        roles=frozenset(body["roles"]),
        scope=Scope(frozenset(body["projects"]), frozenset(body["stages"])),
        reason=body["reason"],
        not_before=moments.seconds(body["not_before"]),
        expires_at=moments.seconds(body["expires_at"]),
        ended_by=body.get("ended_by"),
    )
