"""Lineage as a picture (SVG) and in words: what a version was made from and what from it.

A column a step: what it was made from on the left, what was made from it on the right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from app.domain.models.lineage import Edge, Lineage
from app.web.showing.words import role

DEPTH = 3
"""Steps drawn each way; that there are more is said."""
MOST = 6
"""Names drawn of one step; how many more there are is said."""
CLEAR = "clear"
_ROW, _BOX, _GAP = 44.0, 30.0, 30.0
_WIDTH = 174.0
_LONGEST = 26


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture, and the same in words."""

    picture: Markup
    steps: list[str]
    """A sentence for each version and what it was made from."""
    is_whole: bool


@dataclass(frozen=True, slots=True)
class _Map:
    """How many steps away each name is (less than 0: made from), and who was made from whom."""

    steps: dict[str, int]
    links: list[tuple[str, str]]
    """Base and child."""


def drawn(lineage: Lineage) -> list[str]:
    """Name what a picture shows, the version itself among it."""
    return [name for column in _columns(_map(lineage)) for name in column]


def draw(lineage: Lineage, states: Mapping[str, str]) -> Drawing | None:
    """Draw what is at most DEPTH steps away, with the state of what is marked; None if nothing."""
    found = _map(lineage)
    columns = _columns(found)
    if len(columns) == 1:
        return None
    height = max(len(column) for column in columns) * _ROW + 8
    width = len(columns) * _WIDTH + (len(columns) - 1) * _GAP
    places = {
        name: (number * (_WIDTH + _GAP), (row + 0.5) * (height / len(column)))
        for number, column in enumerate(columns)
        for row, name in enumerate(column)
    }
    lines = [_line(places[b], places[c]) for b, c in found.links if b in places and c in places]
    boxes = [_box(name, at, name == lineage.of, states) for name, at in places.items()]
    picture = Markup(
        '<svg class="lineage lineage-{}" viewBox="-2 0 {:.0f} {:.0f}" role="img" '
        'aria-label="{}">{}</svg>'
    ).format(
        len(columns), width + 4, height, _said(lineage, states), Markup("").join([*lines, *boxes])
    )
    left_out = len(found.steps) - sum(name in found.steps for name in places)
    return Drawing(picture, _sentences(lineage, states), lineage.is_whole and not left_out)


def _map(lineage: Lineage) -> _Map:
    steps, links = {lineage.of: 0}, []
    for edge in lineage.up:
        if edge.child in steps:
            steps.setdefault(edge.base, steps[edge.child] - 1)
            links.append((edge.base, edge.child))
    _part(steps, links, lineage.of)
    for edge in lineage.down:
        base = _base(edge, steps)
        if base is not None:
            steps.setdefault(edge.child, steps[base] + 1)
            links.append((base, edge.child))
    return _Map(steps, links)


def _part(steps: dict[str, int], links: list[tuple[str, str]], own: str) -> None:
    # What something in a column was made from stands left of it, however near it is otherwise.
    for _ in range(DEPTH):
        for base, child in links:
            if base != own and steps[base] >= steps[child] > -DEPTH:
                steps[base] = steps[child] - 1


def _base(edge: Edge, steps: Mapping[str, int]) -> str | None:
    # A child that named no revision may have been made from any version of the model.
    if edge.base in steps:
        return edge.base
    return next((name for name in steps if name.rpartition(":")[0] == edge.base), None)


def _columns(found: _Map) -> list[list[str]]:
    near = range(-DEPTH, DEPTH + 1)
    columns = [[name for name, step in found.steps.items() if step == at] for at in near]
    return [column[:MOST] for column in columns if column]


def _said(lineage: Lineage, states: Mapping[str, str]) -> str:
    left = _few(edge.base for edge in lineage.up if edge.child == lineage.of)
    right = _few(edge.child for edge in lineage.down if lineage.of.startswith(edge.base))
    marked = [
        f"{name} is {role(state).lower()}" for name, state in states.items() if state != CLEAR
    ]
    said = [f"made from {left or 'nothing named'}", f"used by {right or 'none'}", *marked]
    return "; ".join(said)


def _few(names: Iterable[str]) -> str:
    known = list(dict.fromkeys(names))
    more = [f"and {len(known) - MOST} more"] if len(known) > MOST else []
    return ", ".join([*known[:MOST], *more])


def _sentences(lineage: Lineage, states: Mapping[str, str]) -> list[str]:
    edges = list(dict.fromkeys([*lineage.up, *lineage.down]))
    return [_sentence(edge, states) for edge in edges[:100]]


def _sentence(edge: Edge, states: Mapping[str, str]) -> str:
    unsure = "" if edge.is_exact else ", of a revision that was not named"
    how = f" ({role(edge.relation).lower()})" if edge.relation else ""
    ends = [
        f"; {name} is {role(states[name]).lower()}"
        for name in (edge.child, edge.base)
        if states.get(name, CLEAR) != CLEAR
    ]
    return f"{edge.child} was made from {edge.base}{unsure}{how}{''.join(ends)}"


def _box(name: str, at: tuple[float, float], is_own: bool, states: Mapping[str, str]) -> Markup:  # noqa: FBT001 - of one call in this module
    x, y = at
    state = states.get(name, CLEAR)
    shown = name if len(name) <= _LONGEST else "…" + name[-_LONGEST + 1 :]
    mark = Markup('<text class="lineage-mark" x="{:.1f}" y="{:.1f}">{}</text>').format(
        x + 2, y + _BOX / 2 + 11, role(state)
    )
    return Markup(
        '<g class="{} lineage-{}"><title>{}</title>'
        '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.0f}" rx="6"/>'
        '<text x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>{}</g>'
    ).format(
        "lineage-own" if is_own else "lineage-box",
        state,
        name if state == CLEAR else f"{name}: {role(state)}",
        *(x, y - _BOX / 2, _WIDTH, _BOX),
        *(x + _WIDTH / 2, y + 4, shown),
        "" if state == CLEAR else mark,
    )


def _line(base: tuple[float, float], child: tuple[float, float]) -> Markup:
    (x1, y1), (x2, y2) = (base[0] + _WIDTH, base[1]), child
    return Markup(
        '<path class="lineage-line" d="M{0:.1f} {1:.1f} C {4:.1f} {1:.1f} {4:.1f} {3:.1f} '
        '{2:.1f} {3:.1f}"/>'
    ).format(x1, y1, x2, y2, (x1 + x2) / 2)
