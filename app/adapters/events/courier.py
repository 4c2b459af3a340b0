"""Sends events over HTTP: CloudEvents in structured mode, signed as Standard Webhooks 1.0 say."""

from __future__ import annotations

from datetime import timedelta

import requests

from app.domain.events import signature
from app.domain.events.envelope import CONTENT_TYPE, Event
from app.domain.events.subscriber import Delivery, Subscriber
from app.ports import Clock

CONNECT_SECONDS, READ_SECONDS = 5, 20
"""Standard Webhooks want 15 to 30 seconds for an answer."""
_MOST_RETRY_AFTER = 86_400


class HTTPCourier:
    """Implements the port Courier: one try each, no redirect, no proxy of the environment."""

    def __init__(self, clock: Clock) -> None:
        """Keep the clock whose time is signed."""
        self._clock = clock

    def send(self, event: Event, to: Subscriber) -> Delivery:
        """Post an event; whatever comes of it is told and never raised."""
        at = int(self._clock.now().timestamp())
        headers = {
            "Content-Type": CONTENT_TYPE,
            "User-Agent": "countersign",
            "webhook-id": event.id,
            "webhook-timestamp": str(at),
            "webhook-signature": signature.sign(to.secrets, event.id, at, event.content),
        }
        try:
            with requests.Session() as session:
                session.trust_env = False
                # Its body is not read: nothing in it matters, and it may never end.
                with session.post(
                    to.url,
                    data=event.content,
                    headers=headers,
                    timeout=(CONNECT_SECONDS, READ_SECONDS),
                    allow_redirects=False,
                    stream=True,
                ) as answer:
                    return _delivery(answer)
        except requests.RequestException as error:
            return Delivery(is_taken=False, status=None, message=type(error).__name__)


def _delivery(answer: requests.Response) -> Delivery:
    is_taken = 200 <= answer.status_code < 300  # noqa: PLR2004 - Standard Webhooks: 2xx is taken, all else is not
    return Delivery(
        is_taken=is_taken,
        status=answer.status_code,
        message="taken" if is_taken else f"answered {answer.status_code}",
        retry_after=_retry_after(answer.headers.get("Retry-After", "")),
    )


def _retry_after(text: str) -> timedelta | None:
    # The other form, a date, is left to the usual pause.
    if not text.isascii() or not text.isdigit():
        return None
    return timedelta(seconds=min(int(text[:9]), _MOST_RETRY_AFTER))
