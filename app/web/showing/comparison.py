"""A release beside the one that is on the stage: the same results of both, drawn on one scale."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from app.web.showing.words import number

MOST = 40
_WIDTH, _EDGE = 240.0, 8.0
_MARGIN = 0.15


@dataclass(frozen=True, slots=True)
class Pair:
    """One result of both releases."""

    metric: str
    dataset: str
    slice: str
    before: str
    now: str
    picture: Markup


@dataclass(frozen=True, slots=True)
class _Point:
    value: float
    low: float
    high: float


def pairs(document: Mapping[str, Any], released: Mapping[str, Any]) -> list[Pair]:
    """Pair what both inputs measure alike: metric, data set, split, slice and unit; at most MOST.

    A result that stands twice in one of them is left out: nobody can tell which is meant.
    """
    before, now = _measured(released), _measured(document)
    both = [key for key in now if key in before]
    return [_pair(key, before[key], now[key]) for key in both[:MOST]]


def _measured(document: Mapping[str, Any]) -> dict[tuple[str, ...], _Point]:
    found: dict[tuple[str, ...], _Point] = {}
    twice: set[tuple[str, ...]] = set()
    for key, point in _results(document):
        if key in found:
            twice.add(key)
        found[key] = point
    return {key: point for key, point in found.items() if key not in twice}


def _results(document: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], _Point]]:
    for report in document.get("evaluations", {}).get("reports", []):
        for result in report.get("results", []):
            value = result.get("value")
            if isinstance(value, int | float) and math.isfinite(value):
                spread = result.get("uncertainty", {})
                low, high = spread.get("ci_low", value), spread.get("ci_high", value)
                part = ", ".join(f"{name}: {of}" for name, of in result.get("slice", {}).items())
                names = ("metric", "dataset", "dataset_split", "unit")
                key = (*(str(result.get(name, "")) for name in names), part)
                yield key, _Point(float(value), float(low), float(high))


def _pair(key: Sequence[str], before: _Point, now: _Point) -> Pair:
    metric, dataset, split, _, part = key
    return Pair(
        metric=metric,
        dataset=f"{dataset} {split}".strip(),
        slice=part or "all of it",
        before=number(before.value),
        now=number(now.value),
        picture=_picture(before, now),
    )


def _picture(before: _Point, now: _Point) -> Markup:
    start = min(before.low, now.low, before.value, now.value)
    end = max(before.high, now.high, before.value, now.value)
    spread = (end - start) or abs(start) or 1.0
    start, end = start - _MARGIN * spread, end + _MARGIN * spread

    def at(value: float) -> float:
        return _EDGE + (value - start) / (end - start) * (_WIDTH - 2 * _EDGE)

    said = f"before {number(before.value)}, now {number(now.value)}"
    parts = [
        Markup(
            '<line class="{0}-range" x1="{1:.1f}" x2="{2:.1f}" y1="{3}" y2="{3}"/>'
            '<circle class="{0}-value" cx="{4:.1f}" cy="{3}" r="4"/>'
        ).format(kind, at(point.low), at(point.high), y, at(point.value))
        for kind, point, y in (("before", before, 9), ("scale", now, 23))
    ]
    return Markup(
        '<svg class="beside" viewBox="0 0 {:.0f} 32" role="img" aria-label="{}">{}</svg>'
    ).format(_WIDTH, said, Markup("").join(parts))
