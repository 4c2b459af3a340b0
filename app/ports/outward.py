"""Others that the gate speaks to on its own account, and objects of theirs that it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from app.domain.enforcement.answer import Answer
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


class Answers(Protocol):
    """Answers from the record that still hold, so that a crowd asks the log once."""

    def recall(self, asked: tuple[str, ...], as_of: int) -> Answer | None:
        """Give the answer that was kept when the log stood at this very place, or None."""

    def keep(self, asked: tuple[str, ...], as_of: int, answer: Answer) -> None:
        """Keep an answer that rests on no entry after this place."""


@dataclass(frozen=True, slots=True)
class Enforcement:
    """What enforcement points are answered by, beside the log."""

    manifests: ManifestReader
    answers: Answers
