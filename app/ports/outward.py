"""Others that the gate speaks to on its own account, and objects of theirs that it reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from app.domain.enforcement.manifest import Manifest
from app.domain.events.envelope import Event
from app.domain.events.subscriber import Delivery, Subscriber


class Courier(Protocol):
    """Carries events to subscribers."""

    def send(self, event: Event, to: Subscriber) -> Delivery:
        """Try once to hand an event over, signed; whatever comes of it is told, never raised."""


class ManifestReader(Protocol):
    """Objects of clusters, and the models that they name."""

    def read(self, document: Mapping[str, Any]) -> Manifest:
        """List the models that an object names; what cannot be read is told, never left out."""
