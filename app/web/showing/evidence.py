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
NOTICED = {
    "AVERAGE_SKIPS_NAN": "an average leaves out what is no number",
    "CARD_MISSING": "the card is not there",
    "COUNTS_INCONSISTENT": "counts disagree with each other",
    "DATASET_AMBIGUOUS": "which data set was used is not clear",
    "DATASET_MISSING": "no data set is named",
    "DIGEST_MISSING": "a data set is named without a digest",
    "DIRECTION_UNKNOWN": "whether more is better is not known",
    "DUPLICATE_RESULT": "a result stands twice",
    "ERRORS_PRESENT": "some samples have no score",
    "FRONT_MATTER_MISSING": "no metadata at the head of the card",
    "FRONT_MATTER_UNREADABLE": "the metadata at the head of the card cannot be read",
    "INTERVAL_DEGENERATE": "an interval is not believed",
    "INVALIDATED": "the run was taken back",
    "JUDGE_UNCALIBRATED": "a model judged, and nobody compared it with people",
    "LICENSE_AMBIGUOUS": "which licence it is is not clear",
    "LICENSE_FROM_PROSE": "the licence was read from the text",
    "LICENSE_MISSING": "a data set is named without a licence",
    "LICENSE_UNREADABLE": "the licence cannot be read",
    "LIMIT_USED": "only a part of the data was used",
    "METRIC_UNMAPPED": "a number was left out of the mapping",
    "MODEL_INDEX_MALFORMED": "the results of the card cannot be read",
    "NAN_VALUE": "a value is no number",
    "NOT_NUMERIC": "a value is no number",
    "N_MISSING": "how many samples there were is not told",
    "OUT_OF_RANGE": "a value lies outside its range",
    "PERCENT_RESCALED": "per cent were read as fractions",
    "PLUS_MINUS_PARSED": "a value was written with its error",
    "PROSE_ONLY": "the card is text alone",
    "README_MISSING": "the README is not there",
    "RESULTS_UNREADABLE": "the results cannot be read",
    "ROUNDED": "values were rounded for people",
    "RUN_INCOMPLETE": "the run did not end",
    "SCALE_AMBIGUOUS": "per cent or fraction is not clear",
    "SEVERAL_SUBJECTS": "several models are named",
    "SIDECAR_MISSING": "a file that belongs to it is not there",
    "STATUS_NOT_SUCCESS": "the run failed",
    "STDERR_MISSING": "no standard error is told",
    "STDERR_ZERO": "a standard error of zero is not believed",
    "STRING_VALUE": "a value was written as text",
    "SUBJECT_UNKNOWN": "which model was measured is not told",
    "TIME_UNKNOWN": "when it was measured is not told",
    "TRUNCATED": "the file ends too early",
    "UNKNOWN_METRIC": "a metric is not known",
    "VALUE_MISSING": "a value is not there",
    "VERSION_UNKNOWN": "the version of the tool is not told",
}
"""What a reader noticed, in words: the codes that docs/evidence.md lists."""


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
        yield "Noticed", _noticed(one["quality"])


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
        interval=_interval(low, high, spread.get("level")) if has_interval else "",
        n=number(result["n"]) if "n" in result else "",
        picture=_picture(result, low, high),
    )


def _interval(low: object, high: object, level: object) -> str:
    said = f"{number(low)} to {number(high)}"
    if isinstance(level, int | float) and 0 < level < 1:
        return f"{said} ({level * 100:.4g}\N{NO-BREAK SPACE}%)"
    return said


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
        yield "Noticed", _noticed(card["quality"])


def _noticed(codes: Sequence[object]) -> str:
    # A code that is not known stands as it is.
    return "; ".join(dict.fromkeys(NOTICED.get(str(code), str(code)) for code in codes))
