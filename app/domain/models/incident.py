"""Incidents and drift: events of others that put a release under review, or revoke it."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.digest import Digest
from app.domain.models.mark import State
from app.domain.release import ModelVersion


@dataclass(frozen=True, slots=True)
class Incident:
    """An event (CloudEvents 1.0) about a release, by its digest or by its version."""

    id: str
    """Unique with its source: the same event that comes twice is one."""
    source: str
    type: str
    time: str | None
    """When it happened, as the source says."""
    about: Digest | ModelVersion
    state: State
    """UNDER_REVIEW, or REVOKED if who reports may revoke."""
    summary: str
    severity: str | None
