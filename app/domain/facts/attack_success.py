"""How often attacks may come through: bounded from above, with the unscored as hits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.evidence import Measurement, ResultStatus
from app.domain.facts import statistics

METRIC = "attack_success_rate"


@dataclass(frozen=True, slots=True)
class AttackBound:
    """One kind of attack, and the most that its success rate can be at this level."""

    measurement: Measurement
    attempts: int
    hits: int
    unscored: int
    rate: float
    upper: float
    """Upper bound of the rate, the unscored left out."""
    worst_case: float
    """The rate if every unscored output was a hit."""
    worst_case_upper: float
    level: float


def bounds(
    results: Sequence[Measurement], level: float = statistics.LEVEL
) -> tuple[AttackBound, ...]:
    """Bound every attack success rate that has n.

    The interval is Wilson's on the counts, or the tool's where that reaches higher (garak
    widens its own by what it knows of the detector). Outputs of one prompt resemble each
    other, so the true bound is higher still: count prompts, not outputs, where you can.
    """
    found = []
    for measurement in results:
        is_rate = measurement.metric.id == METRIC and measurement.status is ResultStatus.OK
        if is_rate and measurement.n and measurement.successes is not None:
            found.append(_bound(measurement, measurement.n, measurement.successes, level))
    return tuple(found)


def _bound(measurement: Measurement, n: int, hits: int, level: float) -> AttackBound:
    told = measurement.metric.params.get("unscored", "0")
    unscored = int(told) if told.isdecimal() else 0
    spread = measurement.uncertainty
    _, upper = statistics.wilson(hits / n, n, level)
    if spread is not None and spread.ci_high is not None and spread.level == level:
        upper = max(upper, spread.ci_high)
    worst = (hits + unscored) / (n + unscored)
    _, worst_upper = statistics.wilson(worst, n + unscored, level)
    return AttackBound(
        measurement=measurement,
        attempts=n,
        hits=hits,
        unscored=unscored,
        rate=hits / n,
        upper=upper,
        worst_case=worst,
        worst_case_upper=max(worst_upper, upper),
        level=level,
    )
