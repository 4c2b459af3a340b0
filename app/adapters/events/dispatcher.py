"""Tells events as they come: a thread a subscriber, so that a slow one holds up no other."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from app.domain.errors import GateError, MovedError
from app.domain.events.subscriber import Subscriber, pause
from app.gate.events import outbox
from app.ports import Ports

IDLE = timedelta(seconds=2)
"""Between looks at the log, for what is recorded without a word to notifiers."""
FAULT = timedelta(seconds=10)
"""After the log could not be read or written."""
_logger = logging.getLogger(__name__)


class Dispatcher:
    """Implements the port Notifier: a decision wakes it; the log says what is to be told."""

    def __init__(self) -> None:
        """Tell nobody until it is started."""
        self._awake = threading.Condition()
        self._is_stopped = False
        self._decisions = 0
        self._threads: list[threading.Thread] = []

    def start(self, ports: Ports) -> None:
        """Start telling each subscriber, of all that is recorded from now on. Raises StoreError."""
        for to in ports.subscribers:
            with suppress(MovedError):
                outbox.subscribe(to, ports)
            thread = threading.Thread(
                target=self._tell, args=(to, ports), name=f"events-{to.name}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def tell(self, body: Mapping[str, Any]) -> None:  # noqa: ARG002 - the log has it
        """Look at the log now."""
        with self._awake:
            self._decisions += 1
            self._awake.notify_all()

    def alert(self, body: Mapping[str, Any]) -> None:
        """Look at the log now."""
        self.tell(body)

    def close(self) -> None:
        """Stop; what was not told is told after the next start."""
        with self._awake:
            self._is_stopped = True
            self._awake.notify_all()
        for thread in self._threads:
            thread.join(timeout=IDLE.total_seconds())

    def _tell(self, to: Subscriber, ports: Ports) -> None:
        tries = Tries()
        while not self._is_stopped:
            heard = self._decisions
            wait = step(to, tries, ports)
            # A decision ends an idle wait, but no pause between tries.
            self._sleep(wait, heard if tries.failed is None else None)

    def _sleep(self, wait: timedelta, heard: int | None) -> None:
        def is_over() -> bool:
            return self._is_stopped or (heard is not None and self._decisions != heard)

        with self._awake:
            self._awake.wait_for(is_over, timeout=wait.total_seconds())


class Tries:
    """How often the event that is not taken has been tried. A new start begins anew."""

    def __init__(self) -> None:
        """Count nothing yet."""
        self.failed: int | None = None
        self.count = 0

    def again(self, seq: int) -> int:
        """Count a try of this event and tell how many there were."""
        self.count = self.count + 1 if seq == self.failed else 1
        self.failed = seq
        return self.count

    def done(self) -> None:
        """Forget the event that was not taken."""
        self.failed, self.count = None, 0


def step(to: Subscriber, tries: Tries, ports: Ports) -> timedelta:
    """Tell what there is to tell, and say how long to wait before the next look."""
    try:
        told = outbox.deliver(to, ports)
        if told.failed is None:
            tries.done()
            return timedelta(0) if told.has_more else IDLE
        seq, delivery = told.failed
        count = tries.again(seq)
        if count < to.attempts and not delivery.is_final:
            return pause(count, delivery)
        outbox.put_aside(to, seq, count, delivery, ports)
        tries.done()
        _logger.warning("event %d to %s was put aside: %s", seq, to.name, delivery.message)
        return timedelta(0)
    except MovedError:
        return IDLE  # another gate of this log tells the same subscriber
    except GateError:
        _logger.exception("events to %s cannot be told", to.name)
        return FAULT
