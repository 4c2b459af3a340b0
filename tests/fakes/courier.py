"""A courier that keeps what it carries: what the port promises, without HTTP."""

from __future__ import annotations

from datetime import timedelta

from app.domain.events.envelope import Event
from app.domain.events.subscriber import Delivery, Subscriber


class FakeCourier:
    """Implements the port Courier. `answers` are used up one a try; then all is taken."""

    def __init__(self) -> None:
        self.carried: list[tuple[str, Event]] = []
        self.answers: list[tuple[int | None, timedelta | None]] = []

    def send(self, event: Event, to: Subscriber) -> Delivery:
        self.carried.append((to.name, event))
        status, retry_after = self.answers.pop(0) if self.answers else (200, None)
        is_taken = status is not None and 200 <= status < 300
        message = "taken" if is_taken else f"answered {status}" if status else "ConnectionError"
        return Delivery(is_taken, status, message, retry_after)
