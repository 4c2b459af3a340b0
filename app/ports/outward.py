"""Others that the gate speaks to on its own account, and objects of theirs that it reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from app.domain.enforcement.answer import Answer
from app.domain.enforcement.manifest import Manifest
from app.domain.events.envelope import Event
from app.domain.events.subscriber import Delivery, Subscriber
from app.domain.inbound.inquiry import Inquiry, Told, Webhook


class Courier(Protocol):
    """Carries events to subscribers."""

    def send(self, event: Event, to: Subscriber) -> Delivery:
        """Try once to hand an event over, signed; whatever comes of it is told, never raised."""


class Asker(Protocol):
    """A forge or registry that asks by webhook and hears the answer through its own API."""

    source: str
    projects: frozenset[str]
    """Projects whose decisions it hears, and whose releases its people vote on; ANY is all."""

    def read(self, headers: Mapping[str, str], content: bytes, now: datetime) -> Webhook:
        """Read a webhook that is proven to be its sender's; header names are lower case.

        Raises UnauthenticatedError for any other, and SubmissionError for what is no webhook.
        """

    def tell(self, asked: Inquiry, said: Answer) -> Told:
        """Tell the answer, once; whatever comes of it is told and never raised."""

    def missed(self) -> Sequence[tuple[Mapping[str, str], bytes]]:
        """Fetch webhooks that the source sent and that may not have come; none, if it cannot."""


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
