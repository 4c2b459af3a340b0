"""Tell who fills which seat of a release now, and who could."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from app.domain.approvals.held import Held
from app.domain.caller import Caller
from app.domain.digest import Digest
from app.domain.entry import Entry
from app.gate import hear
from app.gate.approvals import voting
from app.ports import Ports


@dataclass(frozen=True, slots=True)
class Seating:
    """A release as it was last decided, and what people said of it until now."""

    decision: dict[str, Any]
    """The recorded decision that votes are given on."""
    held: Held


def of_release(release: Digest, stage: str | None, caller: Caller, ports: Ports) -> Seating:
    """Seat people on a release, on the stage that it was last submitted for unless one is named.

    Raises NotFoundError for a release that nobody submitted where the caller sees it,
    PolicyEngineError, StoreError.
    """
    return of_decision(voting.decided(release, stage, caller, ports.log), ports)


def of_decision(decision: Entry, ports: Ports) -> Seating:
    """Seat people on what a decision was about. Raises PolicyEngineError, StoreError."""
    body = json.loads(decision.body)
    parts = hear.people(decision, ports.documents)
    practice, now = ports.engine.practice(), ports.clock.now()
    held = hear.of_subject(hear.subject(body), parts, (), practice, ports.log, now)
    return Seating(body, held)
