"""How a candidate compares with the released version, result by result.

A difference is signed so that more is better. It is only told where the two reports can be
compared at all; why not is told otherwise. "No significant difference" is never read as
"not worse": whether a candidate is not worse is told by the lower bound and a margin.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.domain.evidence import (
    Direction,
    EvaluationReport,
    Measurement,
    ResultStatus,
    RunStatus,
    Scores,
    Unit,
)
from app.domain.facts import statistics
from app.domain.facts.statistics import Pairs, Proportion

_IGNORED = frozenset({"unscored"})
_ADVISORY = frozenset({"generations", "shots"})
"""Parameters that two runs of one task can differ in: told as a reason, not as no match."""
_RANGES = {Unit.FRACTION: (-1.0, 1.0)}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One result of the candidate beside the same of the baseline."""

    candidate: Measurement
    baseline: Measurement
    incomparable: tuple[str, ...]
    """Why the two cannot be compared; empty when they can."""
    difference: float | None
    ci_low: float | None
    ci_high: float | None
    level: float
    method: str
    """newcombe_paired, paired_bootstrap, newcombe, unpaired_normal or none."""
    pairs: int
    """Samples that both answered; 0 for an unpaired comparison."""
    p_value: float | None
    """Exact McNemar, for paired yes-or-no answers."""

    @property
    def is_comparable(self) -> bool:
        """Tell whether nothing stands against comparing the two."""
        return not self.incomparable

    def is_not_worse(self, margin: float) -> bool:
        """Tell whether the candidate is proven to be worse by at most the margin."""
        return self.is_comparable and self.ci_low is not None and self.ci_low >= -margin


def compare(
    candidate: EvaluationReport,
    baseline: EvaluationReport,
    samples: tuple[Sequence[Scores], Sequence[Scores]] = ((), ()),
    level: float = statistics.LEVEL,
) -> tuple[Comparison, ...]:
    """Compare every result that both reports hold, in the candidate's order.

    `samples` are scores by sample of candidate and baseline, where their files hold them.
    """
    known = {_key(m, exact=True): m for m in baseline.results}
    loose = {_key(m, exact=False): m for m in baseline.results}
    found = []
    for mine in candidate.results:
        other = known.get(_key(mine, exact=True)) or loose.get(_key(mine, exact=False))
        if other is not None:
            reasons = (*_reports_differ(candidate, baseline), *_differ(mine, other))
            paired = _paired(mine, samples)
            found.append(_comparison(mine, other, reasons, paired, level))
    return tuple(found)


def _key(measurement: Measurement, *, exact: bool) -> tuple[object, ...]:
    left_out = _IGNORED if exact else _IGNORED | _ADVISORY
    params = {k: v for k, v in measurement.metric.params.items() if k not in left_out}
    return (
        measurement.dataset.id,
        measurement.metric.id,
        measurement.metric.native_name,
        tuple(sorted(params.items())),
        tuple(sorted(measurement.slice.items())),
    )


def _reports_differ(mine: EvaluationReport, other: EvaluationReport) -> Iterator[str]:
    if mine.tool != other.tool:
        yield f"tool: {mine.tool} and {other.tool}"
    versions = [_series(report.tool_version) for report in (mine, other)]
    if versions[0] != versions[1]:
        yield f"tool version: {mine.tool_version} and {other.tool_version}"
    if mine.judge != other.judge:
        yield f"judge: {mine.judge} and {other.judge}"
    for name, report in (("candidate", mine), ("baseline", other)):
        if report.run.status in {RunStatus.PARTIAL, RunStatus.FAILED}:
            yield f"the run of the {name} is {report.run.status.value}"


def _series(version: str | None) -> str | None:
    # Before 1.0 the second number is what breaks things.
    parts = (version or "").split(".")
    return None if version is None else ".".join(parts[: 2 if parts[0] == "0" else 1])


def _differ(mine: Measurement, other: Measurement) -> Iterator[str]:
    for name in ("split", "revision"):
        values = getattr(mine.dataset, name), getattr(other.dataset, name)
        if values[0] != values[1]:
            yield f"data set {name}: {values[0]} and {values[1]}"
    for name in sorted(_ADVISORY):
        params = mine.metric.params.get(name), other.metric.params.get(name)
        if params[0] != params[1]:
            yield f"{name}: {params[0]} and {params[1]}"
    if mine.metric.unit is not other.metric.unit:
        yield f"unit: {mine.metric.unit.value} and {other.metric.unit.value}"
    if mine.metric.direction is not other.metric.direction:
        yield "the two reports disagree about which way is better"
    elif mine.metric.direction not in {Direction.HIGHER, Direction.LOWER}:
        yield "which way is better is not known"
    for name, one in (("candidate", mine), ("baseline", other)):
        if one.status is not ResultStatus.OK:
            yield f"the value of the {name} is {one.status.value}"


def _paired(
    mine: Measurement, samples: tuple[Sequence[Scores], Sequence[Scores]]
) -> list[tuple[float, float]]:
    if mine.slice:
        return []
    ours, theirs = (_scores_of(mine, scores) for scores in samples)
    shared = sorted(ours.keys() & theirs.keys())
    # Pairs must be of the whole: samples that one side lacks may be those it got wrong.
    if not shared or len(shared) != len(ours) or len(shared) != len(theirs):
        return []
    return [(ours[sample], theirs[sample]) for sample in shared]


def _scores_of(mine: Measurement, scores: Sequence[Scores]) -> Mapping[str, float]:
    for one in scores:
        is_same = one.dataset == mine.dataset.id and one.metric == mine.metric.native_name
        if is_same and all(mine.metric.params.get(k) == v for k, v in one.params.items()):
            return one.by_sample
    return {}


def _comparison(
    mine: Measurement,
    other: Measurement,
    reasons: tuple[str, ...],
    paired: list[tuple[float, float]],
    level: float,
) -> Comparison:
    sign = -1.0 if mine.metric.direction is Direction.LOWER else 1.0
    if reasons or mine.value is None or other.value is None:
        return Comparison(mine, other, reasons, None, None, None, level, "none", 0, None)
    low, high, method, p_value = _interval(mine, other, paired, level)
    difference = sign * (mine.value - other.value)
    if not all(math.isfinite(number) for number in (difference, low or 0.0, high or 0.0)):
        reasons = ("the numbers are too large to be subtracted",)
        return Comparison(mine, other, reasons, None, None, None, level, "none", 0, None)
    if sign < 0 and low is not None and high is not None:
        low, high = -high, -low
    pairs = len(paired) if method in {"newcombe_paired", "paired_bootstrap"} else 0
    return Comparison(mine, other, (), difference, low, high, level, method, pairs, p_value)


def _interval(
    mine: Measurement, other: Measurement, paired: list[tuple[float, float]], level: float
) -> tuple[float | None, float | None, str, float | None]:
    if paired and all(score in {0.0, 1.0} for pair in paired for score in pair):
        counted = Pairs(
            both=paired.count((1.0, 1.0)),
            first_only=paired.count((1.0, 0.0)),
            second_only=paired.count((0.0, 1.0)),
            neither=paired.count((0.0, 0.0)),
        )
        low, high = statistics.newcombe_paired(counted, level)
        return low, high, "newcombe_paired", statistics.mcnemar(counted)
    if paired:
        low, high = statistics.paired_bootstrap([a - b for a, b in paired], level)
        return low, high, "paired_bootstrap", None
    shares = _proportion(mine), _proportion(other)
    if shares[0] is not None and shares[1] is not None:
        return *statistics.newcombe(shares[0], shares[1], level), "newcombe", None
    return _unpaired(mine, other, level)


def _proportion(measurement: Measurement) -> Proportion | None:
    if measurement.successes is None or not measurement.n:
        return None
    return Proportion(measurement.successes, measurement.n)


def _unpaired(
    mine: Measurement, other: Measurement, level: float
) -> tuple[float | None, float | None, str, None]:
    errors = [m.uncertainty.stderr if m.uncertainty else None for m in (mine, other)]
    if mine.value is None or other.value is None or not errors[0] or not errors[1]:
        return None, None, "none", None
    stderr = math.hypot(errors[0], errors[1])
    low, high = statistics.normal(mine.value - other.value, stderr, level)
    if mine.metric.unit in _RANGES:
        floor, ceiling = _RANGES[mine.metric.unit]
        low, high = max(low, floor), min(high, ceiling)
    return low, high, "unpaired_normal", None
