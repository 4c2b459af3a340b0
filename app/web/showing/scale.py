"""A value against its limit, drawn: the allowed side, the interval, the value (SVG)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from app.web.showing.words import number

_LIMIT = re.compile(r"(at least|at most) (-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_WIDTH = 320.0
_EDGE = 10.0
_MARGIN = 0.35
"""Share of the spread that is left free on both sides."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What is drawn: where a value lies, how far it may be off, and on which side it must be."""

    value: float
    limit: float
    is_floor: bool
    """True when the value must be at least the limit, False when at most."""
    low: float | None
    high: float | None
    compared: float
    """What policy compared: the value itself, or a bound of its interval."""


def scale(
    observed: object, required: object, measurement: Mapping[str, Any] | None
) -> Scale | None:
    """Read what can be drawn of a reason; None when it is not about one finite number."""
    limit = _LIMIT.fullmatch(str(required))
    if limit is None or not _NUMBER.fullmatch(str(observed)):
        return None
    found = measurement or {}
    spread = found.get("uncertainty")
    bounds = spread if isinstance(spread, Mapping) else {}
    compared = float(str(observed))
    read = Scale(
        value=_finite(found.get("value"), compared),
        limit=float(limit[2]),
        is_floor=limit[1] == "at least",
        low=_finite(bounds.get("ci_low")),
        high=_finite(bounds.get("ci_high")),
        compared=compared,
    )
    is_drawable = all(math.isfinite(point) for point in _points(read))
    return read if is_drawable else None


def draw(drawn: Scale) -> Markup:
    """Draw the scale; the same is said in words for those who do not see it."""
    points = _points(drawn)
    spread = max(points) - min(points) or abs(drawn.limit) or 1.0
    start, end = min(points) - _MARGIN * spread, max(points) + _MARGIN * spread

    def at(point: float) -> float:
        return _EDGE + (point - start) / (end - start) * (_WIDTH - 2 * _EDGE)

    limit = at(drawn.limit)
    good, width = (limit, _WIDTH - _EDGE - limit) if drawn.is_floor else (_EDGE, limit - _EDGE)
    parts = [
        Markup(
            '<rect class="scale-bad" x="{:.1f}" y="26" width="{:.1f}" height="8" rx="4"/>'
        ).format(_EDGE, _WIDTH - 2 * _EDGE),
        Markup('<rect class="scale-good" x="{:.1f}" y="26" width="{:.1f}" height="8"/>').format(
            good, width
        ),
        *_interval(drawn, at),
        Markup('<line class="scale-limit" x1="{0:.1f}" x2="{0:.1f}" y1="18" y2="42"/>').format(
            limit
        ),
        Markup('<circle class="scale-value" cx="{:.1f}" cy="30" r="5"/>').format(at(drawn.value)),
        _label(at(drawn.value), 12, "scale-text", f"{number(drawn.value)}"),
        _label(limit, 56, "scale-text scale-text-limit", f"{_side(drawn)} {number(drawn.limit)}"),
    ]
    return Markup(
        '<svg class="scale" viewBox="0 0 {:.0f} 60" role="img" aria-label="{}">{}</svg>'
    ).format(_WIDTH, described(drawn), Markup("").join(parts))


def described(drawn: Scale) -> str:
    """Say what the picture shows."""
    interval = ""
    if drawn.low is not None and drawn.high is not None:
        interval = f", interval {number(drawn.low)} to {number(drawn.high)}"
    wanted = f"required {_side(drawn)} {number(drawn.limit)}"
    return f"observed {number(drawn.value)}{interval}; {wanted}"


def _interval(drawn: Scale, at: Any) -> list[Markup]:  # noqa: ANN401 - a function of this module
    if drawn.low is None or drawn.high is None:
        return []
    left, right = at(drawn.low), at(drawn.high)
    bar = Markup('<line class="scale-interval" x1="{:.1f}" x2="{:.1f}" y1="30" y2="30"/>')
    end = Markup('<line class="scale-interval" x1="{0:.1f}" x2="{0:.1f}" y1="24" y2="36"/>')
    return [bar.format(left, right), end.format(left), end.format(right)]


def _label(x: float, y: int, kind: str, text: str) -> Markup:
    anchor = "start" if x < _WIDTH / 4 else "end" if x > _WIDTH * 3 / 4 else "middle"
    return Markup('<text class="{}" x="{:.1f}" y="{}" text-anchor="{}">{}</text>').format(
        kind, x, y, anchor, text
    )


def _side(drawn: Scale) -> str:
    return "at least" if drawn.is_floor else "at most"


def _points(drawn: Scale) -> list[float]:
    all_points = (drawn.value, drawn.limit, drawn.compared, drawn.low, drawn.high)
    return [point for point in all_points if point is not None]


def _finite(value: object, otherwise: float | None = None) -> Any:  # noqa: ANN401 - a float or `otherwise`
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else otherwise  # type: ignore[arg-type] # is_number
