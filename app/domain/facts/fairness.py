"""How far groups lie apart: the gap with its interval, and who is worst off.

The largest gap among groups is biased upwards: five groups of 30 that are all alike at 0.9
show 0.124 on average. So every pair is bounded at a level corrected for the number of
pairs (Bonferroni), and groups without enough people make the whole `insufficient`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from app.domain.evidence import Direction, Measurement, ResultStatus, SliceRole
from app.domain.facts import statistics
from app.domain.facts.statistics import Proportion


@dataclass(frozen=True, slots=True)
class Gap:
    """One metric on one data set, across the groups of one or several attributes."""

    dataset: str
    metric: str
    attributes: tuple[str, ...]
    groups: int
    smallest_n: int | None
    """None when the size of some group is not told."""
    worst: Measurement
    difference: float
    """Between the two groups that lie furthest apart."""
    ratio: float | None
    """Smallest over largest value; None when the largest is 0."""
    ci_low: float | None
    ci_high: float | None
    level: float
    is_insufficient: bool
    """Some group is smaller than asked for, of unknown size, or without a value."""


def gaps(results: Sequence[Measurement], least_n: int) -> tuple[Gap, ...]:
    """Find the gaps among the groups in a report's results, in the order they come."""
    groups: dict[tuple[object, ...], list[Measurement]] = {}
    for measurement in results:
        if measurement.slice_role is SliceRole.GROUP and not measurement.is_aggregate:
            groups.setdefault(_key(measurement), []).append(measurement)
    return tuple(gap for members in groups.values() for gap in _gap(members, least_n))


def _key(measurement: Measurement) -> tuple[object, ...]:
    return (
        measurement.dataset,
        measurement.metric.id,
        tuple(sorted(measurement.metric.params.items())),
        tuple(sorted(measurement.slice)),
    )


def _gap(members: Sequence[Measurement], least_n: int) -> Iterator[Gap]:
    valued = [(m.value, m) for m in members if m.status is ResultStatus.OK and m.value is not None]
    if len(valued) < 2:  # noqa: PLR2004 - a gap is between two
        return
    lowest = min(valued, key=lambda pair: pair[0])
    highest = max(valued, key=lambda pair: pair[0])
    if not math.isfinite(highest[0] - lowest[0]):
        return  # no gap can be told between numbers that large
    sizes = [m.n for m in members]
    known = [n for n in sizes if n is not None]
    smallest = min(known) if len(known) == len(sizes) else None
    is_lower_better = lowest[1].metric.direction is Direction.LOWER
    pairs = len(valued) * (len(valued) - 1) // 2
    level = 1 - (1 - statistics.LEVEL) / pairs
    low, high = _interval(valued, level)
    yield Gap(
        dataset=lowest[1].dataset.id,
        metric=lowest[1].metric.id,
        attributes=tuple(sorted(lowest[1].slice)),
        groups=len(members),
        smallest_n=smallest,
        worst=highest[1] if is_lower_better else lowest[1],
        difference=highest[0] - lowest[0],
        ratio=lowest[0] / highest[0] if highest[0] > 0 else None,
        ci_low=low,
        ci_high=high,
        level=statistics.LEVEL,
        is_insufficient=smallest is None or smallest < least_n or len(valued) < len(members),
    )


def _interval(
    valued: Sequence[tuple[float, Measurement]], level: float
) -> tuple[float | None, float | None]:
    # The true gap is below every pair's upper bound at once, so below the largest of them:
    # a small group in the middle may lie further off than the two that look furthest apart.
    if any(m.successes is None or not m.n for _, m in valued):
        return None, None
    shares = [Proportion(m.successes or 0, m.n or 0) for _, m in valued]
    bounds = [
        statistics.newcombe(*_larger_first(first, second), level)
        for first, second in combinations(shares, 2)
    ]
    return max(low for low, _ in bounds), max(high for _, high in bounds)


def _larger_first(first: Proportion, second: Proportion) -> tuple[Proportion, Proportion]:
    is_larger = first.successes * second.n >= second.successes * first.n
    return (first, second) if is_larger else (second, first)
