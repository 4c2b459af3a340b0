"""Answers inquiries as decisions come: looks at what is open, and at what may have been missed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.domain.caller import ANY
from app.domain.errors import GateError, MovedError
from app.domain.inbound.inquiry import Inquiry, Told
from app.gate.inbound import desk
from app.ports import Asker, Ports

PAUSE = timedelta(seconds=5)
"""Between looks, unless a decision ends it. GitLab waits two minutes, GitHub for days."""
MISSED = 60
"""Looks between two questions for webhooks that did not come."""
LONGEST_PAUSE = 60
"""Looks that an asker which takes no answer is left alone for, at most: five minutes."""
BOUND_TO_NONE = (
    "{} is bound to no projects: it hears the strictest of all projects, and its people vote on "
    "releases of all; name `projects` in the file of COUNTERSIGN_ASKERS"
)
_logger = logging.getLogger(__name__)


class Clerk:
    """Implements the port Notifier: one thread for all askers, woken by decisions."""

    def __init__(self) -> None:
        """Answer nobody until it is started."""
        self._awake = threading.Event()
        self._is_stopped = False
        self._thread: threading.Thread | None = None

    def start(self, ports: Ports) -> None:
        """Start answering, if anybody asks."""
        for asker in ports.askers:
            if ANY in asker.projects:
                _logger.warning("%s", BOUND_TO_NONE.format(asker.source))
        if ports.askers:
            self._thread = threading.Thread(
                target=self._work, args=(ports,), name="askers", daemon=True
            )
            self._thread.start()

    def tell(self, body: Mapping[str, Any]) -> None:  # noqa: ARG002 - the log has it
        """Look at what is open now."""
        self._awake.set()

    def alert(self, body: Mapping[str, Any]) -> None:  # noqa: ARG002 - the log has it
        """Look at what is open now."""
        self._awake.set()

    def close(self) -> None:
        """Stop; what is open is answered after the next start."""
        self._is_stopped = True
        self._awake.set()
        if self._thread is not None:
            self._thread.join(timeout=2)

    def _work(self, ports: Ports) -> None:
        tables = [Table(asker) for asker in ports.askers]
        looks = 0
        while True:
            self._awake.clear()
            if self._is_stopped:  # looked at after: closing sets it first, and then wakes
                return
            for table in tables:
                if looks % MISSED == 0:
                    catch_up(table.asker, ports)
                table.answer(ports)
            looks += 1
            self._awake.wait(timeout=PAUSE.total_seconds())


@dataclass(frozen=True, slots=True)
class Pause:
    """How often telling an answer was tried in vain, and the look at which it is tried again."""

    tries: int
    until: int


NONE = Pause(0, 0)


class Table:
    """What one asker waits for. A new start reads it from the log."""

    def __init__(self, asker: Asker) -> None:
        """Know of nothing yet."""
        self.asker = asker
        self._seen = -1
        self._open: dict[str, Inquiry] = {}
        self._looks = 0
        self._pauses: dict[str, Pause] = {}

    def answer(self, ports: Ports) -> None:
        """Tell the asker whatever is new about what it asked; one failure holds up no other."""
        self._looks += 1
        try:
            made, self._seen = desk.made_after(self._seen, self.asker.source, ports.log)
            self._open |= {asked.place: asked for asked in made}
        except GateError:
            _logger.exception("inquiries of %s cannot be read", self.asker.source)
        for place, asked in tuple(self._open.items()):
            if self._pauses.get(place, NONE).until > self._looks:
                continue
            try:
                told = desk.settle(asked, self.asker, ports)
                if told is None and not desk.is_open(asked, ports.log):
                    del self._open[place]
            except MovedError:
                continue  # another gate of this log was there first, or it was asked again
            except GateError:
                _logger.exception("%s cannot be answered", place)
                continue
            self._note(place, told)

    def _note(self, place: str, told: Told | None) -> None:
        if told is None or told.is_taken:
            self._pauses.pop(place, None)
            return
        tries = self._pauses.get(place, NONE).tries + 1
        until = self._looks + min(2 ** (tries - 1), LONGEST_PAUSE)
        self._pauses[place] = Pause(tries, until)
        _logger.warning("%s was not told: %s", place, told.message)


def catch_up(asker: Asker, ports: Ports) -> None:
    """Take webhooks that the asker sent and that did not come."""
    for headers, content in asker.missed():
        try:
            webhook = asker.read(headers, content, ports.clock.now())
            desk.take(webhook, asker.source, ports)
        except GateError:
            _logger.exception("a webhook of %s that was missed cannot be taken", asker.source)
