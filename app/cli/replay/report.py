"""A replay as people and programs read it: a table, JSON, or Markdown for a pull request."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from app.domain.decision import Point
from app.domain.rollout.replayed import Change, Kind, Replay, Said

MOST_ROWS = 50
"""Rows of a table or of Markdown; JSON has all of them."""


def table(replay: Replay) -> str:
    """Write a replay for a terminal."""
    lines = [*_summary(replay), ""]
    for change in _shown(replay.changes):
        mark = "!" if change.loosens else " "
        lines += [f"{mark} {_flip(change):18} {change.release}  {change.decision_id}"]
        lines += [f"    {line}" for line in _differences(change)]
    lines += [f"  not replayed       {n.release}  {n.decision_id}: {n.why}" for n in _first(replay)]
    return "\n".join([*lines, *_more(replay), ""])


def markdown(replay: Replay) -> str:
    """Write a replay for a pull request."""
    first, *counts = _summary(replay)
    lines = [f"### {_cell(first)}", "", *[f"- {_cell(line)}" for line in counts], ""]
    if replay.changes:
        lines += ["| change | release | decision | difference |", "|---|---|---|---|"]
    for change in _shown(replay.changes):
        flip = f"**{_flip(change)}**" if change.loosens else _flip(change)
        cells = (change.release, change.decision_id, "; ".join(_differences(change)))
        lines.append(f"| {flip} | {' | '.join(_cell(cell) for cell in cells)} |")
    if replay.not_replayed:
        lines += ["", "| not replayed | decision | why |", "|---|---|---|"]
    for missing in _first(replay):
        cells = (missing.release, missing.decision_id, missing.why)
        lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    return "\n".join([*lines, *_more(replay), ""])


def document(replay: Replay) -> str:
    """Write a replay as JSON, whole."""
    members = {
        "candidate": replay.revision,
        "same": replay.same,
        "flips": {f"{before}->{after}": n for (before, after), n in replay.flips.items()},
        "loosened": len(replay.loosened),
        "changes": [_change(change) for change in replay.changes],
        "not_replayed": [
            {"decision_id": n.decision_id, "release": n.release, "why": n.why}
            for n in replay.not_replayed
        ],
    }
    return json.dumps(members, indent=2, ensure_ascii=False) + "\n"


WRITERS: Mapping[str, Callable[[Replay], str]] = {
    "table": table,
    "json": document,
    "markdown": markdown,
}


def _summary(replay: Replay) -> Iterator[str]:
    yield f"{replay.replayed} decisions replayed on {replay.revision}"
    yield f"{replay.same} are the same"
    for (before, after), count in replay.flips.items():
        yield f"{count} go from {before} to {after}"
    for kind, what in ((Kind.REASONS, "get other reasons"), (Kind.DETAILS, "get other details")):
        count = sum(change.kind is kind for change in replay.changes)
        if count:
            yield f"{count} {what}"
    if replay.not_replayed:
        yield f"{len(replay.not_replayed)} could not be replayed"


def _flip(change: Change) -> str:
    if change.kind is Kind.OUTCOME:
        where = f" at {change.place}" if change.place else ""
        return f"{change.flip[0]} -> {change.flip[1]}{where}"
    return f"{change.after.outcome}, {change.kind}"


def _differences(change: Change) -> Iterator[str]:
    yield from (f"+ {code}" for code in sorted(change.after.codes - change.before.codes))
    yield from (f"- {code}" for code in sorted(change.before.codes - change.after.codes))
    if change.kind is Kind.DETAILS:
        before, after = set(change.before.reasons), set(change.after.reasons)
        yield from (f"+ {r[0]}: {r[2]} ({r[3]}, {r[4]})" for r in sorted(after - before))
        yield from (f"- {r[0]}: {r[2]} ({r[3]}, {r[4]})" for r in sorted(before - after))


def _shown(changes: tuple[Change, ...]) -> list[Change]:
    weight = {kind: place for place, kind in enumerate(Kind)}
    return sorted(changes, key=lambda c: (not c.loosens, weight[c.kind]))[:MOST_ROWS]


def _first(replay: Replay) -> tuple[Any, ...]:
    return replay.not_replayed[:MOST_ROWS]


def _more(replay: Replay) -> list[str]:
    hidden = max(0, len(replay.changes) - MOST_ROWS) + max(0, len(replay.not_replayed) - MOST_ROWS)
    return ["", f"and {hidden} more: --output json has all of them"] if hidden else []


def _change(change: Change) -> dict[str, Any]:
    return {
        "decision_id": change.decision_id,
        "release": change.release,
        "kind": change.kind.value,
        "loosens": change.loosens,
        "before": _said(change.before),
        "after": _said(change.after),
    }


def _said(said: Said) -> dict[str, Any]:
    names = ("code", "at", "message", "observed", "required")
    reasons = [dict(zip(names, reason, strict=True)) for reason in said.reasons]
    points = {point.value: said.at(point).value for point in Point}
    return {
        "outcome": said.outcome.value,
        **({"points": points} if said.points else {}),
        "reasons": reasons,
        "reasons_total": said.reasons_total,
    }


def _cell(text: str) -> str:
    # A release's name comes from whoever submitted it: it must not become a cell or a link.
    escaped = "".join(f"\\{c}" if c in "\\`*_[]<>|!#" else c for c in text)
    return " ".join(escaped.split())
