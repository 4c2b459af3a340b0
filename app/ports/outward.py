"""Others that the gate speaks to on its own account."""

from __future__ import annotations

from typing import Protocol

from app.domain.events.envelope import Event
from app.domain.events.subscriber import Delivery, Subscriber


class Courier(Protocol):
    """Carries events to subscribers."""

    def send(self, event: Event, to: Subscriber) -> Delivery:
        """Try once to hand an event over, signed; whatever comes of it is told, never raised."""
