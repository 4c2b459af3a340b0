"""Lineage as a picture: what a version was made from, and what was made from it (SVG)."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from app.domain.models.lineage import Lineage

MOST = 6
"""Names drawn on each side; how many more there are is said."""
_ROW, _BOX, _WIDTH = 44.0, 30.0, 720.0
_SIDE, _MIDDLE = 210.0, 200.0
_LONGEST = 30


def draw(lineage: Lineage) -> Markup | None:
    """Draw the direct bases on the left and the direct children on the right; None if neither."""
    left = _named(edge.base for edge in lineage.up if edge.child == lineage.of)
    right = _named(edge.child for edge in lineage.down if edge.base.startswith(lineage.of))
    if not left and not right:
        return None
    rows = max(len(left), len(right), 1)
    height = rows * _ROW + 8
    middle = height / 2
    centre = (_WIDTH - _MIDDLE) / 2
    parts = [_box(centre, middle, _MIDDLE, lineage.of, "lineage-own")]
    for names, x, ends in (
        (left, 0.0, (_SIDE, centre)),
        (right, _WIDTH - _SIDE, (_WIDTH - _SIDE, centre + _MIDDLE)),
    ):
        for row, name in enumerate(names):
            y = (row + 0.5) * (height / len(names))
            parts += [_line(ends[0], y, ends[1], middle), _box(x, y, _SIDE, name, "lineage-box")]
    said = f"made from {', '.join(left) or 'nothing named'}; used by {', '.join(right) or 'none'}"
    return Markup(
        '<svg class="lineage" viewBox="0 0 {:.0f} {:.0f}" role="img" aria-label="{}">{}</svg>'
    ).format(_WIDTH, height, said, Markup("").join(parts))


def _named(names: Iterable[str]) -> list[str]:
    known = list(dict.fromkeys(names))
    more = len(known) - MOST
    return known if more <= 0 else [*known[: MOST - 1], f"and {more + 1} more"]


def _box(x: float, y: float, width: float, name: str, kind: str) -> Markup:
    shown = name if len(name) <= _LONGEST else "…" + name[-_LONGEST + 1 :]
    return Markup(
        '<g class="{}"><title>{}</title>'
        '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.0f}" rx="6"/>'
        '<text x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text></g>'
    ).format(kind, name, x, y - _BOX / 2, width, _BOX, x + width / 2, y + 4, shown)


def _line(x1: float, y1: float, x2: float, y2: float) -> Markup:
    return Markup(
        '<path class="lineage-line" d="M{0:.1f} {1:.1f} C {4:.1f} {1:.1f} {4:.1f} {3:.1f} '
        '{2:.1f} {3:.1f}"/>'
    ).format(x1, y1, x2, y2, (x1 + x2) / 2)
