"""What the gate itself needs to know of policies, whichever engine runs them."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.quorum import Quorum


@dataclass(frozen=True, slots=True)
class Policies:
    """Policies that were read from their sources."""

    revision: str
    seats: Quorum
    """Who must agree before other policies take their place; empty if they do not say."""
