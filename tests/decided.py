"""Decisions as the API answers them, for whoever shows them to people and tools."""

from __future__ import annotations

from typing import Any

from app.domain.decision import Outcome, Reason
from app.gate import record
from tests.builders import a_caller, a_held, a_release, a_verdict


def a_body(*reasons: Reason, outcome: Outcome | None = None) -> dict[str, Any]:
    """The body of a decision: deny with reasons, allow without, unless it is said otherwise."""
    changes = {} if outcome is None else {"outcome": outcome}
    told = record.rehearsal(a_release(), {}, a_held(), a_verdict(*reasons, **changes), a_caller())
    return {**told.body, "decision_id": "d-1"}
