"""The layouts in which a table of metrics by group is dumped: pandas' orientations, and CSV.

`records`, `index`, `columns` (a list a column too), `split` and `tight`, `table`, one series,
and CSV by rows or transposed. All become rows: a group, its values, the place of each.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from app.domain.canonical import pointer
from app.domain.errors import UnreadableEvidenceError
from app.domain.reading.files import must_json
from app.domain.reading.quantity import text
from app.domain.reading.shape import mapping
from app.domain.release import Document

Row = tuple[Mapping[str, str], Mapping[str, Any], Mapping[str, str]]
"""A group by its attributes, its values by name, and the place of each."""
_PART = re.compile(
    r"\s*(?:np\.\w+\()?(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"|([^,'\"()]*))\)?\s*(?:,|$)"
)
_LONGEST_INTEGER = 16
_LONGEST_KEY = 2_000
_LONGEST_CELL = 100_000


def table_of(files: Sequence[Document], orient: str | None) -> object:
    """Open the one table: JSON, or CSV as if it were. Raises UnreadableEvidenceError."""
    if len(files) != 1 or not _is_csv(files[0]):
        return must_json(files)
    try:
        content = files[0].content.decode("utf-8-sig")
        csv.field_size_limit(_LONGEST_CELL)
        header, *body = csv.reader(io.StringIO(content, newline=""), strict=True)
    except (UnicodeDecodeError, csv.Error, ValueError) as error:
        raise UnreadableEvidenceError("no CSV table", detail=str(error)) from error
    body = [row for row in body if row]
    if len(set(header)) != len(header) or not all(len(row) == len(header) for row in body):
        raise UnreadableEvidenceError("the CSV table has two columns of one name, or a torn row")
    cells = [[_cell(cell) for cell in row] for row in body]
    if orient == "columns":
        names = [row[0] for row in body]
        if len(set(names)) != len(names):
            raise UnreadableEvidenceError("the CSV table has two rows of one name")
        return {
            row[0]: dict(zip(header[1:], own[1:], strict=True))
            for row, own in zip(body, cells, strict=True)
        }
    return [dict(zip(header, own, strict=True)) for own in cells]


def rows(
    table: object, orient: str | None, attributes: Sequence[str], metrics: Collection[str]
) -> Iterator[Row]:
    """Yield the rows of a table. Raises UnreadableEvidenceError.

    `attributes` tell the groups apart, in the order of a key of several; without an
    orientation it is told by the layout itself, or by the axis that holds `metrics`.
    """
    match orient or _orient(table, metrics), table:
        case "records", list():
            yield from _records(table, attributes, "")
        case "columns", dict():
            yield from _columns(table, attributes)
        case "index", dict():
            for key, row in table.items():
                values = mapping(row)
                places = {name: pointer(key, name) for name in values}
                yield group_of(key, attributes), values, places
        case "split", {"index": list(), "data": list()}:
            yield from _split(mapping(table), attributes)
        case "table", {"data": list(data)}:
            yield from _records(data, attributes, "/data")
        case "series", dict() if len(metrics) == 1:
            (name,) = metrics
            for key, value in table.items():
                yield group_of(key, attributes), {name: value}, {name: pointer(key)}
        case None, dict():
            raise UnreadableEvidenceError(
                "which axis holds the groups cannot be told: say `orient` in the mapping"
            )
        case _:
            raise UnreadableEvidenceError("the table is not laid out as the mapping's orient says")


def group_of(key: object, attributes: Sequence[str]) -> dict[str, str]:
    """Take a group's key apart: one value, or a tuple as pandas writes it: ('F', 20)."""
    parts: Sequence[object] = key if isinstance(key, list) else [key]
    if isinstance(key, str) and len(attributes) > 1:
        parts = _parts(key)
    named = [text(_plain(part)) for part in parts]
    if len(named) != len(attributes) or None in named:
        raise UnreadableEvidenceError(
            f"the key {str(key)[:80]!r} does not name one value for each of:"
            f" {', '.join(attributes)}"
        )
    return {name: part or "" for name, part in zip(attributes, named, strict=True)}


def _orient(table: object, metrics: Collection[str]) -> str | None:
    if isinstance(table, list):
        return "records"
    native = mapping(table)
    if isinstance(native.get("data"), list):
        return "split" if isinstance(native.get("index"), list) else "table"
    if native and not any(isinstance(value, (dict, list)) for value in native.values()):
        return "series" if len(metrics) == 1 else None
    if native and all(isinstance(column, list) for column in native.values()):
        return "columns"
    inner = {name for row in native.values() for name in mapping(row)}
    is_outer, is_inner = (not held.isdisjoint(metrics) for held in (native.keys(), inner))
    if is_outer == is_inner:
        return None
    return "columns" if is_outer else "index"


def _records(table: Sequence[object], attributes: Sequence[str], at: str) -> Iterator[Row]:
    for index, record in enumerate(table):
        row = mapping(record)
        if not row.keys() >= set(attributes):
            raise UnreadableEvidenceError(f"record {index} does not name its group")
        group = group_of([row[name] for name in attributes], attributes)
        values = {name: value for name, value in row.items() if name not in attributes}
        yield group, values, {name: at + pointer(index, name) for name in values}


def _columns(table: Mapping[str, Any], attributes: Sequence[str]) -> Iterator[Row]:
    if all(isinstance(column, list) for column in table.values()):
        yield from _lists(table, attributes)
        return
    columns = {name: mapping(column) for name, column in table.items()}
    if columns.keys() >= set(attributes):
        # reset_index() made columns of the attributes: the keys number the rows.
        for key in columns[attributes[0]]:
            own = {name: column[key] for name, column in columns.items() if key in column}
            (row,) = _records([own], attributes, "")
            yield row[0], row[1], {name: pointer(name, key) for name in row[1]}
        return
    for key in dict.fromkeys(key for column in columns.values() for key in column):
        own = {name: column[key] for name, column in columns.items() if key in column}
        yield group_of(key, attributes), own, {name: pointer(name, key) for name in own}


def _lists(table: Mapping[str, list[Any]], attributes: Sequence[str]) -> Iterator[Row]:
    if len({len(column) for column in table.values()}) != 1:
        raise UnreadableEvidenceError("the columns of the table are not of one length")
    for index in range(len(next(iter(table.values())))):
        own = {name: column[index] for name, column in table.items()}
        ((group, values, _),) = _records([own], attributes, "")
        yield group, values, {name: pointer(name, index) for name in values}


def _split(table: Mapping[str, Any], attributes: Sequence[str]) -> Iterator[Row]:
    listed = table.get("columns", [table.get("name")])  # a series has one name
    columns = [name for name in listed if isinstance(name, str)] if listed else []
    is_reset = set(columns) >= set(attributes)
    if len(table["index"]) != len(table["data"]):
        raise UnreadableEvidenceError("the table has more of one than of the other: index, data")
    for index, (key, cells) in enumerate(zip(table["index"], table["data"], strict=True)):
        is_series = not isinstance(cells, list)
        own = [cells] if is_series else cells
        if len(own) != len(columns):
            raise UnreadableEvidenceError(f"row {index} has not one cell a column")
        values = dict(zip(columns, own, strict=True))
        at = pointer("data", index)
        places = {
            name: at if is_series else at + pointer(place) for place, name in enumerate(columns)
        }
        named = [values.pop(name) for name in attributes] if is_reset else key
        yield group_of(named, attributes), values, places


def _parts(key: str) -> list[object]:
    inner = key.strip()
    if len(key) > _LONGEST_KEY or inner[:1] != "(" or inner[-1:] != ")":
        return []
    inner, parts, at = inner[1:-1].rstrip().removesuffix(","), [], 0
    while at < len(inner):
        found = _PART.match(inner, at)
        if found is None or found.end() == at:
            return []
        quoted = found[1] if found[1] is not None else found[2]
        parts.append((found[3] or "").strip() if quoted is None else quoted)
        at = found.end()
    return list(parts)


def _plain(raw: object) -> object:
    # Groups may be numbers: an age band written 3, a label that is true.
    return str(raw) if isinstance(raw, (int, float, bool)) else raw


def _is_csv(file: Document) -> bool:
    return file.content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in {b"{", b"["}


def _cell(raw: str) -> object:
    try:
        return int(raw) if raw.strip().isdecimal() and len(raw) < _LONGEST_INTEGER else float(raw)
    except ValueError:
        return raw if raw.strip() else None
