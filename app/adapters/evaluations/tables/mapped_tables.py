"""Tables of metrics by group, read as their mapping says: records, columns or index."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.adapters.evaluations.tables import table_mapping
from app.adapters.evaluations.tables.table_mapping import TableMapping
from app.domain.canonical import pointer
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import SliceRole
from app.domain.reading.measuring import Observation
from app.domain.reading.quantity import text
from app.domain.reading.shape import mapping

Row = tuple[Mapping[str, str], Mapping[str, Any], Mapping[str, str]]
"""A group, its values by name, and the place of each."""
_TUPLE = re.compile(r"\(\s*(.*?)\s*,?\s*\)")


def observations(table: object, mapped: TableMapping) -> Iterator[Observation]:
    """Yield every mapped metric of every group. Raises UnreadableEvidenceError."""
    for group, values, places in _rows(table, mapped):
        for name, described in mapped.metrics.items():
            if name in values:
                yield Observation(
                    native_metric=text(name) or "unknown",
                    metric=described["metric"],
                    raw=table_mapping.on_unit(values[name], described),
                    at=places[name],
                    dataset=mapped.dataset,
                    n=table_mapping.size_of(described, values),
                    direction=table_mapping.direction_of(described),
                    slice=group,
                    slice_role=SliceRole.GROUP,
                )


def names(table: object, mapped: TableMapping) -> list[str]:
    """List what the table tells of its groups."""
    return list(dict.fromkeys(name for _, values, _ in _rows(table, mapped) for name in values))


def _rows(table: object, mapped: TableMapping) -> Iterator[Row]:
    if not mapped.slices:
        raise UnreadableEvidenceError("the mapping names no slices: what tells the groups apart")
    match mapped.orient, table:
        case (("records" | None), list()):
            yield from _records(table, mapped.slices)
        case "columns", dict():
            rows = {key: mapping(row) for key, row in table.items()}
            for key in dict.fromkeys(key for row in rows.values() for key in row):
                own = {name: row[key] for name, row in rows.items() if key in row}
                yield _group(key, mapped.slices), own, {name: pointer(name, key) for name in own}
        case "index", dict():
            for key, row in table.items():
                values = mapping(row)
                yield (
                    _group(key, mapped.slices),
                    values,
                    {name: pointer(key, name) for name in values},
                )
        case _:
            raise UnreadableEvidenceError("the table is not laid out as the mapping's orient says")


def _records(table: Sequence[object], slices: Sequence[str]) -> Iterator[Row]:
    for index, record in enumerate(table):
        row = mapping(record)
        group = {name: text(_value(row.get(name))) for name in slices}
        if None in group.values():
            raise UnreadableEvidenceError(f"record {index} does not name its group")
        values = {name: value for name, value in row.items() if name not in slices}
        yield (
            {name: value or "" for name, value in group.items()},
            values,
            {name: pointer(index, name) for name in values},
        )


def _value(raw: object) -> object:
    # Groups may be numbers: an age band written 3, a label that is true.
    return str(raw) if isinstance(raw, (int, float, bool)) else raw


def _group(key: str, slices: Sequence[str]) -> dict[str, str]:
    # pandas writes the key of two attributes as a tuple: ('F', 'old').
    parts = [key]
    if len(slices) > 1:
        found = _TUPLE.fullmatch(key)
        parts = [part.strip().strip("'\"") for part in found[1].split(",")] if found else []
    named = [text(part) for part in parts]
    if len(named) != len(slices) or None in named:
        raise UnreadableEvidenceError(f"the key {key[:80]!r} does not name one group")
    return {name: part or "" for name, part in zip(slices, named, strict=True)}
