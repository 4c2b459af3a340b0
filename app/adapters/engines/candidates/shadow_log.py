"""The record of a shadow: counters for Prometheus, and a line in the log for each difference."""

from __future__ import annotations

import structlog
from prometheus_client import CollectorRegistry, Counter

from app.adapters.engines.candidates.shadow import Comparison, Difference
from app.domain.errors import PolicyEngineError


class ShadowLog:
    """Counts comparisons, and logs every difference with the digest of its input."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the counters."""
        self._log = structlog.get_logger("countersign.shadow")
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

    def count(self, comparison: Comparison) -> None:
        """Count what became of one document."""
        self._comparisons.labels(comparison.value).inc()

    def keep(self, difference: Difference) -> None:
        """Log one difference; `input_sha256` finds the input that was decided."""
        self._flips.labels(difference.active.value, difference.candidate.value).inc()
        self._log.info(
            "shadow_difference",
            input_sha256=difference.input_sha256,
            active=difference.active.value,
            candidate=difference.candidate.value,
            active_revision=difference.active_revision,
            candidate_revision=difference.candidate_revision,
            added=list(difference.added),
            removed=list(difference.removed),
        )

    def keep_failure(self, error: PolicyEngineError) -> None:
        """Log why the candidate gave no verdict."""
        self._log.warning("shadow_failed", message=error.message, detail=error.detail[:1000])
