"""The record of a shadow: counters for Prometheus, and an entry of the log for each difference."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter

from app.adapters.engines.candidates.shadow import Comparison, Difference
from app.domain.digest import Digest
from app.domain.entry import Draft, Kind
from app.domain.errors import GateError, PolicyEngineError
from app.ports import Log

ACTOR = "countersign"
MOST_RECORDED = 10_000
"""Differences that one process records; the others are counted, so that no candidate that
differs always fills the log."""
MOST_CODES = 40
"""Codes kept of a difference, each way."""
LOOKS, PAUSE_SECONDS = 10, 0.1
"""How often, and how long apart, the decision is looked for that a difference is about."""


class ShadowLog:
    """Counts comparisons, and records every difference with the digest of its input."""

    def __init__(
        self,
        registry: CollectorRegistry,
        log: Log,
        new_id: Callable[[], str],
        most: int = MOST_RECORDED,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Register the counters. `log` is appended to by the thread that compares alone."""
        self._pause = pause
        self._logged = structlog.get_logger("countersign.shadow")
        self._log = log
        self._new_id = new_id
        self._left = most
        self._comparisons = Counter(
            "countersign_shadow_comparisons",
            "Verdicts compared with the candidate's",
            ["comparison"],
            registry=registry,
        )
        self._flips = Counter(
            "countersign_shadow_differences",
            "Verdicts of which the candidate says something else",
            ["active", "candidate"],
            registry=registry,
        )
        self._unrecorded = Counter(
            "countersign_shadow_unrecorded",
            "Differences that are counted and not in the log: too many, or it could not be written",
            registry=registry,
        )

    def count(self, comparison: Comparison) -> None:
        """Count what became of one document."""
        self._comparisons.labels(comparison.value).inc()

    def keep(self, difference: Difference) -> None:
        """Record one difference, with the decision that it is about.

        A rehearsal leaves no trace: what is about no decision is counted only. What cannot be
        recorded is counted, and is no error: nobody waits for it.
        """
        self._flips.labels(difference.active.value, difference.candidate.value).inc()
        if self._left <= 0:
            self._unrecorded.inc()
            return
        try:
            decision_id = self._decision(difference)
            if decision_id is None:
                return
            self._log.append(_draft(self._new_id(), decision_id, difference))
        except GateError as error:
            self._unrecorded.inc()
            self._logged.warning("shadow_unrecorded", message=error.message)
            return
        self._left -= 1

    def _decision(self, difference: Difference) -> str | None:
        # The candidate can be quicker than the record of the decision that it is shown.
        release = Digest(difference.release["digest"])
        for _ in range(LOOKS):
            for entry in reversed(self._log.about(release, Kind.DECISION)):
                if json.loads(entry.body).get("input_sha256") == difference.input_sha256:
                    return entry.id
            self._pause(PAUSE_SECONDS)
        return None

    def keep_failure(self, error: PolicyEngineError) -> None:
        """Log why the candidate gave no verdict."""
        self._logged.warning("shadow_failed", message=error.message, detail=error.detail[:1000])


def _draft(entry_id: str, decision_id: str, difference: Difference) -> Draft:
    release, body = difference.release, _body(entry_id, decision_id, difference)
    return Draft(
        id=entry_id,
        kind=Kind.SHADOW_DIFFERENCE,
        actor=ACTOR,
        body=body,
        release_digest=Digest(release["digest"]),
        model=f"{release['model']['namespace']}/{release['model']['name']}",
        stage=release["stage"],
    )


def _body(entry_id: str, decision_id: str, difference: Difference) -> dict[str, Any]:
    release = difference.release
    return {
        "shadow_id": entry_id,
        "decision_id": decision_id,
        "input_sha256": difference.input_sha256,
        "release": {name: release[name] for name in ("digest", "model", "stage", "risk_tier")},
        "policy": {"revision": difference.active_revision},
        "candidate": {"revision": difference.candidate_revision},
        "from": difference.active.value,
        "to": difference.candidate.value,
        "new": list(difference.added[:MOST_CODES]),
        "gone": list(difference.removed[:MOST_CODES]),
    }
