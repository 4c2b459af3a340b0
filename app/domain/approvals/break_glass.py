"""Break-glass: in an emergency one person lets a release through, for hours, and owes a review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.approvals import moments
from app.domain.digest import Digest

HOUR_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class BrokenGlass:
    """One emergency: which release on which stage, by whom and why, until when."""

    glass_id: str
    model: str
    """As namespace/name."""
    version: str
    release_digest: Digest
    stage: str
    reason: str
    opened_by: str
    opened_at: int
    """Seconds since the epoch."""
    expires_at: int
    """Seconds since the epoch; from this second on it covers nothing."""
    reviewed_by: str | None
    findings: str | None
    """What the review found."""

    @property
    def is_owed(self) -> bool:
        """Whether its review is still to be done."""
        return self.reviewed_by is None


def written(glass: BrokenGlass) -> dict[str, Any]:
    """Write broken glass as it stands in the log and is answered."""
    members: dict[str, Any] = {
        "glass_id": glass.glass_id,
        "model": glass.model,
        "version": glass.version,
        "release_digest": glass.release_digest,
        "stage": glass.stage,
        "reason": glass.reason,
        "opened_by": glass.opened_by,
        "opened_at": moments.rfc3339(glass.opened_at),
        "expires_at": moments.rfc3339(glass.expires_at),
        "reviewed_by": glass.reviewed_by,
        "findings": glass.findings,
    }
    return {name: value for name, value in members.items() if value is not None}


def read(body: Mapping[str, Any]) -> BrokenGlass:
    """Read broken glass back from its entry."""
    return BrokenGlass(
        glass_id=body["glass_id"],
        model=body["model"],
        version=body["version"],
        release_digest=Digest(body["release_digest"]),
        stage=body["stage"],
        reason=body["reason"],
        opened_by=body["opened_by"],
        opened_at=moments.seconds(body["opened_at"]),
        expires_at=moments.seconds(body["expires_at"]),
        reviewed_by=body.get("reviewed_by"),
        findings=body.get("findings"),
    )
