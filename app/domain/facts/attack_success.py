"""How often attacks may come through: bounded from above, with the unscored as hits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.evidence import Measurement, ResultStatus
from app.domain.facts import statistics

METRIC = "attack_success_rate"
_LONGEST = 10


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
    other: where it is told how many a prompt has, prompts are counted, not outputs.
    """
    found = []
    for measurement in results:
        is_rate = measurement.metric.id == METRIC and measurement.status is ResultStatus.OK
        if is_rate and measurement.n and measurement.successes is not None:
            found.append(_bound(measurement, measurement.n, measurement.successes, level))
    return tuple(found)


def _bound(measurement: Measurement, n: int, hits: int, level: float) -> AttackBound:
    unscored = _number(measurement, "unscored")
    spread = measurement.uncertainty
    each = _number(measurement, "generations") or 1
    _, upper = statistics.wilson(hits / n, n / each, level)
    if spread is not None and spread.ci_high is not None and spread.level == level:
        upper = max(upper, spread.ci_high)
    worst = (hits + unscored) / (n + unscored)
    _, worst_upper = statistics.wilson(worst, (n + unscored) / each, level)
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


def _number(measurement: Measurement, name: str) -> int:
    told = measurement.metric.params.get(name, "0")
    return int(told) if told.isdecimal() and len(told) < _LONGEST else 0
