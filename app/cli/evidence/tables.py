"""What was read, as tables for people. Nothing of the evidence is taken for markup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.cli.evidence.piece import Piece
from app.domain.evidence import EvaluationReport, Measurement, ModelCard, QualityFlag
from app.domain.reading.dataset import DatasetDescription

MOST_ROWS = 200


def show(console: Console, piece: Piece) -> None:
    """Print one piece of evidence."""
    label = f"{piece.kind}, {piece.read.format}" if isinstance(piece.read, _READ) else ""
    line = f"{piece.path}: {piece.status}" + (f" ({label})" if label else "")
    console.print(Text(line, style="bold"))
    if isinstance(piece.read, ModelCard):
        _show_card(console, piece.read)
    elif isinstance(piece.read, EvaluationReport):
        _show_report(console, piece.read)
    elif isinstance(piece.read, DatasetDescription):
        _show_dataset(console, piece.read)
    else:
        console.print(Text(f"  {piece.read.message}"))


_READ = (ModelCard, EvaluationReport, DatasetDescription)


def a_table(*columns: str) -> Table:
    """Make a table without frills."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def number(value: float | None) -> str:
    """Write a number to six digits; a dash for none."""
    return "-" if value is None else f"{value:.6g}"


def _show_card(console: Console, card: ModelCard) -> None:
    license_ = card.license
    facts = {
        "name": card.name,
        "version": card.version,
        "license": license_ and f"{license_.name or license_.id} ({license_.scheme})",
        "owners": ", ".join(card.owners),
        "base models": ", ".join(base.id for base in card.base_models),
        "data sets": ", ".join(dataset.id for dataset in card.datasets),
    }
    for name, value in facts.items():
        console.print(Text(f"  {name}: {value or '-'}"))
    table = a_table("section", "state", "characters", "where")
    for key, section in card.sections.items():
        table.add_row(key, section.state.value, str(section.chars), Text(section.at))
    console.print(table)
    _show_results(console, card.reported_results)
    _show_quality(console, card.quality)


def _show_dataset(console: Console, dataset: DatasetDescription) -> None:
    facts = {
        "name": dataset.name,
        "version": dataset.version,
        "license": ", ".join(dataset.license),
        "creators": ", ".join(dataset.creators),
        "states": ", ".join(dataset.stated),
    }
    for name, value in facts.items():
        console.print(Text(f"  {name}: {value or '-'}"))
    table = a_table("file", "sha256", "media type")
    for file in dataset.files[:MOST_ROWS]:
        table.add_row(Text(file.name), file.sha256 or "-", Text(file.media_type or "-"))
    console.print(table)
    _show_quality(console, dataset.quality)


def _show_report(console: Console, report: EvaluationReport) -> None:
    tool = f"{report.tool} {report.tool_version or '(version unknown)'}"
    console.print(Text(f"  tool: {tool}"))
    console.print(Text(f"  model: {report.subject.name or '-'} {report.subject.revision or ''}"))
    console.print(Text(f"  run: {report.run.status.value}"))
    if report.judge:
        console.print(Text(f"  judge: {report.judge}"))
    _show_results(console, report.results)
    _show_quality(console, report.quality)


def _show_results(console: Console, results: Sequence[Measurement]) -> None:
    if not results:
        return
    table = a_table("data set", "slice", "metric", "value", "n", "interval", "method")
    for row in results[:MOST_ROWS]:
        spread = row.uncertainty
        bounds = f"{number(spread.ci_low)} .. {number(spread.ci_high)}" if spread else "-"
        value = row.status.value if row.value is None else number(row.value)
        table.add_row(
            Text(row.dataset.id),
            Text(", ".join(f"{k}={v}" for k, v in row.slice.items())),
            Text(row.metric.id + _params(row)),
            value,
            "-" if row.n is None else str(row.n),
            bounds,
            spread.method if spread else "-",
        )
    console.print(table)
    if len(results) > MOST_ROWS:
        console.print(f"  and {len(results) - MOST_ROWS} more results")


def _params(row: Measurement) -> str:
    return "".join(f" {key}={value}" for key, value in row.metric.params.items())


def _show_quality(console: Console, quality: Sequence[QualityFlag]) -> None:
    if quality:
        counted = Counter(flag.code for flag in quality)
        told = ", ".join(f"{code} ({count})" for code, count in sorted(counted.items()))
        console.print(Text(f"  quality: {told}"))
