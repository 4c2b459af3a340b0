"""Evidence as tables: what a card states, what reports measured, slice by slice."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from app.web.showing.words import number, role

MOST_ROWS = 200
"""Results shown of one report; the whole report can be taken away."""
_WIDTH = 120.0


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement."""

    metric: str
    native: str
    """What the tool calls the metric."""
    dataset: str
    slice: str
    value: str
    interval: str
    n: str
    picture: Markup | None


@dataclass(frozen=True, slots=True)
class Report:
    """One evaluation report."""

    title: str
    is_read: bool
    facts: list[tuple[str, str]]
    rows: list[Row]
    left_out: int
    sha256: str


def reports(document: Mapping[str, Any]) -> list[Report]:
    """Show the reports of a policy input."""
    return [_report(one) for one in document.get("evaluations", {}).get("reports", [])]


def rows(results: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Show measurements as rows, at most MOST_ROWS."""
    return [_row(result) for result in results[:MOST_ROWS]]


def card_facts(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List what a model card states about itself."""
    return list(_card_facts(card))


def sections(card: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """List the sections of a card: name, state, and how much there is."""
    found = card.get("sections", {})
    return [
        (role(name), str(one.get("state", "")), f"{one.get('chars', 0):,} characters")
        for name, one in sorted(found.items())
    ]


def _report(one: Mapping[str, Any]) -> Report:
    results = one.get("results", [])
    return Report(
        title=str(one.get("tool") or one.get("format") or "a report"),
        is_read=one.get("status") == "read",
        facts=list(_report_facts(one)),
        rows=rows(results),
        left_out=max(0, len(results) - MOST_ROWS),
        sha256=str(one.get("sha256", "")),
    )


def _report_facts(one: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if one.get("status") != "read":
        yield "Could not be read", str(one.get("message") or one.get("status"))
    if "tool_version" in one:
        yield "Version of the tool", str(one["tool_version"])
    if "binding" in one:
        yield "Bound to this release by", role(one["binding"])
    subject = one.get("subject", {})
    if subject:
        yield "Speaks of", " ".join(str(value) for value in subject.values())
    run = one.get("run", {})
    if "status" in run:
        yield "Run", role(run["status"])
    if "samples_scored" in run:
        expected = f" of {number(run['samples_expected'])}" if "samples_expected" in run else ""
        yield "Samples scored", f"{number(run['samples_scored'])}{expected}"
    if "judge" in one:
        yield "Judged by", str(one["judge"])
    if one.get("quality"):
        yield "Noticed", ", ".join(str(code) for code in one["quality"])


def _row(result: Mapping[str, Any]) -> Row:
    spread = result.get("uncertainty", {})
    low, high = spread.get("ci_low"), spread.get("ci_high")
    has_interval = low is not None and high is not None
    part = ", ".join(f"{name}: {value}" for name, value in result.get("slice", {}).items())
    return Row(
        metric=str(result.get("metric", "")),
        native=str(result.get("native_metric", "")),
        dataset=" ".join(
            str(result[name]) for name in ("dataset", "dataset_split") if name in result
        ),
        slice=part or "all of it",
        value=number(result["value"]) if "value" in result else role(result.get("status", "")),
        interval=f"{number(low)} to {number(high)}" if has_interval else "",
        n=number(result["n"]) if "n" in result else "",
        picture=_picture(result, low, high),
    )


def _picture(result: Mapping[str, Any], low: object, high: object) -> Markup | None:
    whole = {"fraction": 1.0, "percent": 100.0}.get(str(result.get("unit")))
    points = [result.get("value"), low, high]
    numbers = [float(p) for p in points if isinstance(p, int | float) and math.isfinite(p)]
    if whole is None or not numbers or min(numbers) < 0 or max(numbers) > whole:
        return None
    at = [4 + point / whole * (_WIDTH - 8) for point in numbers]
    bar = Markup('<line class="scale-range" x1="{:.1f}" x2="{:.1f}" y1="8" y2="8"/>')
    return Markup(
        '<svg class="spark" viewBox="0 0 120 16" aria-hidden="true">'
        '<line class="scale-track" x1="4" x2="116" y1="8" y2="8"/>{}'
        '<circle class="scale-value" cx="{:.1f}" cy="8" r="2.6"/></svg>'
    ).format(bar.format(min(at), max(at)), at[0])


def _card_facts(card: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ("name", "version", "task", "library", "format"):
        if name in card:
            yield role(name), str(card[name])
    if "license" in card:
        stated = card["license"]
        yield "Licence", str(stated.get("name") or stated.get("id", ""))
    if card.get("owners"):
        yield "Owners", ", ".join(str(owner) for owner in card["owners"])
    if card.get("languages"):
        yield "Languages", ", ".join(str(language) for language in card["languages"])
    for base in card.get("base_models", []):
        yield "Base model", " ".join(str(value) for value in base.values())
    for used in card.get("datasets", []):
        yield "Data set", " ".join(str(value) for value in used.values())
    if card.get("quality"):
        yield "Noticed", ", ".join(str(code) for code in card["quality"])
