"""Where a model card claims what the evaluation reports do not bear out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.evidence import EvaluationReport, Measurement, ModelCard, ResultStatus, Uncertainty

TOLERANCE = 0.005
"""Half a percent point of a fraction, or of the larger value otherwise: what rounding does."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A number of the card, and the report's number for the same thing."""

    claimed: Measurement
    measured: Measurement


def contradictions(
    card: ModelCard, reports: Sequence[EvaluationReport]
) -> tuple[Contradiction, ...]:
    """Find claims that lie outside the interval of a report's result (or its rounding).

    The same thing is the same metric on a data set of the same name, whole, with the same
    split and configuration as far as both tell them.
    """
    measured = [m for report in reports for m in report.results if _is_whole(m)]
    claims = [claim for claim in card.reported_results if _is_whole(claim)]
    return tuple(
        Contradiction(claim, m)
        for claim in claims
        for m in measured
        if _is_same(claim, m) and not _agrees(claim.value, m.value, m.uncertainty)
    )


def _is_whole(m: Measurement) -> bool:
    return m.status is ResultStatus.OK and not m.slice and not m.is_aggregate


def _is_same(claim: Measurement, m: Measurement) -> bool:
    if claim.metric.id != m.metric.id or claim.metric.unit is not m.metric.unit:
        return False
    if not set(_names(claim.dataset.id)) & set(_names(m.dataset.id)):
        return False
    told = [(claim.dataset.split, m.dataset.split), (claim.dataset.revision, m.dataset.revision)]
    shared = claim.metric.params.keys() & m.metric.params.keys()
    told.extend((claim.metric.params[key], m.metric.params[key]) for key in shared - {"task"})
    return all(None in pair or pair[0] == pair[1] for pair in told)


def _names(dataset: str) -> Iterator[str]:
    # "cais/mmlu" on the Hub is "mmlu" to a harness; "unknown" is nobody's name.
    if dataset != "unknown":
        yield dataset.lower()
        yield dataset.rpartition("/")[2].lower()


def _agrees(claimed: float | None, measured: float | None, spread: Uncertainty | None) -> bool:
    claim, low = claimed or 0.0, measured or 0.0  # whole results have values: 0 is 0 here
    slack, high = TOLERANCE * max(1.0, abs(claim), abs(low)), low
    if spread is not None and spread.ci_low is not None and spread.ci_high is not None:
        low, high = spread.ci_low, spread.ci_high
    return low - slack <= claim <= high + slack
