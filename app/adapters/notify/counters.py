"""Counts decisions for Prometheus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter


class DecisionCounters:
    """Counts recorded decisions by outcome and stage, and the reasons given."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the counters."""
        self._decisions = Counter(
            "countersign_decisions", "Recorded decisions", ["outcome", "stage"], registry=registry
        )
        self._emergencies = Counter(
            "countersign_break_glass", "Glass that was broken", ["stage"], registry=registry
        )
        self._reasons = Counter(
            "countersign_reasons", "Reasons given in decisions", ["code"], registry=registry
        )

    def alert(self, body: Mapping[str, Any]) -> None:
        """Count one emergency."""
        self._emergencies.labels(body["stage"]).inc()

    def tell(self, body: Mapping[str, Any]) -> None:
        """Count one decision."""
        self._decisions.labels(body["outcome"], body["release"]["stage"]).inc()
        for code in {reason["code"] for reason in body["reasons"]}:
            self._reasons.labels(code).inc()
