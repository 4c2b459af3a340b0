"""Bars made on the server (SVG); the numbers are said besides, for those who do not see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from markupsafe import Markup

from app.web.showing.words import OUTCOMES

_WIDTH, _HEIGHT, _FOOT = 1080.0, 180.0, 24.0
_BAR, _ROW = 190.0, 42.0
_BARS = _BAR + 110
_LONGEST = 40


def days(counted: Sequence[tuple[str, Mapping[str, int]]]) -> Markup | None:
    """Draw how often each outcome came on each day; None if none ever did."""
    most = max((sum(kinds.values()) for _, kinds in counted), default=0)
    if not most:
        return None
    step = _WIDTH / len(counted)
    parts = []
    for place, (day, kinds) in enumerate(counted):
        top = _HEIGHT
        for kind in ("allow", "pending", "deny"):
            height = kinds.get(kind, 0) / most * (_HEIGHT - 14)
            top -= height
            if height:
                parts.append(
                    Markup(
                        '<rect class="chart-{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" '
                        'height="{:.1f}">'
                        "<title>{}: {} {}</title></rect>"
                    ).format(kind, place * step + 2, top, step - 4, height, day, kinds[kind], kind)
                )
        if sum(kinds.values()) == most:
            parts.append(_over(place * step + step / 2, most))
        if place % 7 == 0:
            parts.append(
                Markup('<text class="chart-text" x="{:.1f}" y="{:.0f}">{}</text>').format(
                    place * step + 2, _HEIGHT + 16, _named(day)
                )
            )
    totals = {kind: sum(kinds.get(kind, 0) for _, kinds in counted) for kind in OUTCOMES}
    said = ", ".join(f"{OUTCOMES[kind]}: {count}" for kind, count in totals.items())
    return _picture("chart", said, _WIDTH, _HEIGHT + _FOOT, parts)


def bars(rows: Sequence[tuple[str, float]], written: Callable[[float], str]) -> Markup | None:
    """Draw one bar a row under its name, the longest as wide as there is room; None without rows.

    `written` says a value with its unit.
    """
    if not rows:
        return None
    most = max(value for _, value in rows) or 1.0
    parts = []
    for place, (name, value) in enumerate(rows):
        y, width = place * _ROW, max(2.0, value / most * _BAR)
        shown = name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
        parts.append(
            Markup(
                '<text class="chart-name" x="0" y="{0:.1f}">{1}<title>{2}</title></text>'
                '<rect class="chart-bar" x="0" y="{3:.1f}" width="{4:.1f}" height="12" '
                'rx="3"/>'
                '<text class="chart-text" x="{5:.1f}" y="{6:.1f}">{7}</text>'
            ).format(y + 14, shown, name, y + 20, width, width + 6, y + 30, written(value))
        )
    said = ", ".join(f"{name}: {written(value)}" for name, value in rows)
    return _picture("chart chart-bars", said, _BARS, len(rows) * _ROW, parts)


def _over(x: float, most: int) -> Markup:
    # The height of the tallest bars says how high the others are.
    return Markup(
        '<text class="chart-text" x="{:.1f}" y="10" text-anchor="middle">{}</text>'
    ).format(x, f"{most:,}")


def _named(day: str) -> str:
    read = date.fromisoformat(day)
    return f"{read.day} {read:%b}"


def _picture(kind: str, said: str, width: float, height: float, parts: Sequence[Markup]) -> Markup:
    return Markup(
        '<svg class="{}" viewBox="0 0 {:.0f} {:.0f}" role="img" aria-label="{}">{}</svg>'
    ).format(kind, width, height, said, Markup("").join(parts))
