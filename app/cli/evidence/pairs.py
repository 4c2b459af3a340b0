"""A comparison of two reports, as a table or as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from app.cli.evidence.piece import plain
from app.cli.evidence.tables import a_table, number
from app.domain.facts.comparison import Comparison
from app.domain.facts.statistics import holm


def document(comparison: Comparison, margin: float) -> dict[str, Any]:
    """Write one comparison as JSON."""
    written: dict[str, Any] = plain(comparison)
    return {**written, "margin": margin, "is_not_worse": comparison.is_not_worse(margin)}


def show(console: Console, compared: Sequence[Comparison], margin: float) -> None:
    """Print all comparisons, and what follows for the whole."""
    if not compared:
        console.print("the reports have no result in common")
        return
    table = a_table("data set", "metric", "candidate", "baseline", "difference", "interval", "says")
    for one in compared:
        told = one.method + (f", {one.pairs} pairs" if one.pairs else "")
        table.add_row(
            Text(one.candidate.dataset.id),
            Text(one.candidate.metric.id),
            number(one.candidate.value),
            number(one.baseline.value),
            "-" if one.difference is None else f"{one.difference:+.6g}",
            f"{number(one.ci_low)} .. {number(one.ci_high)}" if one.ci_low is not None else "-",
            Text("; ".join(one.incomparable) or f"{_verdict(one, margin)} ({told})"),
        )
    console.print(table)
    proven = sum(one.is_not_worse(margin) for one in compared)
    barred = sum(not one.is_comparable for one in compared)
    console.print(f"{len(compared)} results in both: {proven} not worse, {barred} not comparable")
    tested = [one.p_value for one in compared if one.p_value is not None]
    if tested:
        differing = sum(p < 1 - compared[0].level for p in holm(tested))
        console.print(f"McNemar, adjusted by Holm for {len(tested)} tests: {differing} differ")


def _verdict(one: Comparison, margin: float) -> str:
    if one.is_not_worse(margin):
        return "not worse"
    if one.ci_high is not None and one.ci_high < -margin:
        return "worse"
    return "not proven"
