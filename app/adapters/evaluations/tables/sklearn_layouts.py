"""A classification report as people keep it: dumped, as a table of pandas, as CSV, printed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.reading.files import sole_json
from app.domain.reading.shape import mapping
from app.domain.release import Document

METRICS = ("precision", "recall", "f1-score")
COLUMNS = (*METRICS, "support")
_HEAD = re.compile(r"^\s*precision\s+recall\s+f1-score\s+support\s*$")
_ROW = re.compile(
    r"^\s*(?P<label>\S.*?)\s{2,}(?P<cells>(?:(?:\d+\.\d+|nan)\s+){1,3})(?P<support>\d+)\s*$"
)
_MOST_LINES = 20_000
_LONGEST = 2_000_000


def report_of(files: Sequence[Document]) -> tuple[Mapping[str, Any], bool]:
    """Find the report in the one file, by label; and whether its numbers were rounded.

    Empty if there is none: `weighted avg` and all four columns must be there.
    """
    report = mapping(sole_json(files, "macro avg", "weighted avg", "f1-score", "support"))
    is_printed = False
    if report.keys() == set(COLUMNS):
        report = _turned(report)
    if not report and len(files) == 1 and len(files[0].content) <= _LONGEST:
        text = _text(files[0])
        report = _of_csv(text) or _of_print(text)
        is_printed = bool(report) and "," not in text.partition("\n")[0]
    report = {label: _bare(label, row) for label, row in report.items()}
    rows = [row for label, row in report.items() if label != "accuracy" or isinstance(row, dict)]
    is_ours = all(isinstance(row, dict) and row.keys() >= set(COLUMNS) for row in rows)
    return (report, is_printed) if is_ours and "weighted avg" in report else ({}, False)


def _turned(table: Mapping[str, Any]) -> dict[str, Any]:
    # pandas writes a table by its columns: {"precision": {"cat": 0.9}}.
    columns = {name: mapping(column) for name, column in table.items()}
    labels = dict.fromkeys(label for column in columns.values() for label in column)
    return {
        label: {name: column.get(label) for name, column in columns.items()} for label in labels
    }


def _bare(label: str, row: object) -> object:
    # In a table of pandas the one accuracy stands in all four columns.
    if label != "accuracy" or not isinstance(row, dict):
        return row
    cells = [row.get(name) for name in COLUMNS]
    is_one = isinstance(cells[0], (int, float)) and cells.count(cells[0]) == len(cells)
    return cells[0] if is_one else row


def _text(file: Document) -> str:
    try:
        return file.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""


def _of_csv(text: str) -> dict[str, Any]:
    if [name.strip() for name in text.partition("\n")[0].split(",")][1:] != list(COLUMNS):
        return {}
    try:
        _, *body = csv.reader(io.StringIO(text, newline=""), strict=True)
        rows = [(row[0], [float(cell) for cell in row[1:]]) for row in body if row]
    except (csv.Error, ValueError):
        return {}
    is_square = all(len(cells) == len(COLUMNS) for _, cells in rows)
    report = {label: dict(zip(COLUMNS, cells, strict=True)) for label, cells in rows if is_square}
    return report if len(report) == len(rows) else {}


def _of_print(text: str) -> dict[str, Any]:
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines or len(lines) > _MOST_LINES or not _HEAD.fullmatch(lines[0]):
        return {}
    report: dict[str, Any] = {}
    for line in lines[1:]:
        found = _ROW.fullmatch(line)
        if found is None or found["label"] in report:
            return {}
        cells = [float(cell) for cell in found["cells"].split()]
        if found["label"] == "accuracy" and len(cells) == 1:
            report["accuracy"] = cells[0]
        elif len(cells) == len(METRICS):
            report[found["label"]] = dict(
                zip(COLUMNS, (*cells, int(found["support"])), strict=True)
            )
        else:
            return {}
    return report
