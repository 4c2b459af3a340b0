"""Tables of metrics by group, read as their mapping says, in every layout they are dumped in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.adapters.evaluations.tables.grouped import table_layouts, table_mapping
from app.adapters.evaluations.tables.grouped.table_mapping import TableMapping
from app.domain.canonical import pointer
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Direction, SliceRole
from app.domain.reading.measuring import Observation
from app.domain.reading.quantity import text
from app.domain.reading.shape import mapping
from app.domain.release import Document

AGGREGATES = {"difference": Direction.LOWER, "ratio": Direction.HIGHER}
"""What a summary tells over all groups, and which way is better."""
_Placed = tuple[Mapping[str, str], Mapping[str, Any], Mapping[str, str]]


def observations(files: Sequence[Document], mapped: TableMapping) -> list[Observation]:
    """Read every mapped metric of every group; raises UnreadableEvidenceError.

    A summary tells the whole, differences and ratios, too. A mapped metric that stands
    nowhere is told as one without a value.
    """
    table = table_layouts.table_of(files, mapped.orient)
    found = [one for group in _groups(table, mapped) for one in _of(group, mapped)]
    found.extend(_aggregates(mapping(table), mapped))
    seen = {one.native_metric for one in found}
    found.extend(
        Observation(text(name) or "unknown", None, "", mapped.dataset, metric=described["metric"])
        for name, described in mapped.metrics.items()
        if (text(name) or "unknown") not in seen
    )
    return found


def names(files: Sequence[Document], mapped: TableMapping) -> list[str]:
    """List what the table tells of its groups."""
    table = table_layouts.table_of(files, mapped.orient)
    listed = (name for _, values, _ in _groups(table, mapped) for name in values)
    return [name for name in dict.fromkeys(listed) if name]  # pandas' row numbers have no name


def _groups(table: object, mapped: TableMapping) -> Iterator[_Placed]:
    if not mapped.slices:
        raise UnreadableEvidenceError("the mapping names no slices: what tells the groups apart")
    attributes = (*mapped.controls, *mapped.slices)  # the order of fairlearn's keys
    summary = mapping(table)
    if not isinstance(summary.get("by_group"), (dict, list)):
        yield from table_layouts.rows(table, mapped.orient, attributes, mapped.metrics)
        return
    overall = mapping(summary.get("overall"))
    if mapped.controls and any(isinstance(value, dict) for value in overall.values()):
        yield from _under(
            "overall", table_layouts.rows(overall, None, mapped.controls, mapped.metrics)
        )
    else:
        yield {}, overall, {name: pointer("overall", name) for name in overall}
    yield from _under(
        "by_group",
        table_layouts.rows(summary["by_group"], mapped.orient, attributes, mapped.metrics),
    )


def _under(part: str, rows: Iterator[_Placed]) -> Iterator[_Placed]:
    for group, values, places in rows:
        yield group, values, {name: pointer(part) + at for name, at in places.items()}


def _of(row: _Placed, mapped: TableMapping) -> Iterator[Observation]:
    group, values, places = row
    # Groups are compared within one level of a control feature, never across.
    controls = {name: value for name, value in group.items() if name in mapped.controls}
    slice_ = {name: value for name, value in group.items() if name not in mapped.controls}
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
                params=controls,
                slice=slice_,
                slice_role=SliceRole.GROUP if slice_ else SliceRole.OVERALL,
            )


def _aggregates(summary: Mapping[str, Any], mapped: TableMapping) -> Iterator[Observation]:
    if not isinstance(summary.get("by_group"), (dict, list)):
        return
    for kind, direction in AGGREGATES.items():
        told = mapping(summary.get(kind))
        for name, described in mapped.metrics.items():
            raw = told.get(name)
            if name in told and not isinstance(raw, (dict, list)):
                yield Observation(
                    native_metric=text(f"{name}_{kind}") or "unknown",
                    metric=f"{described['metric']}_{kind}",
                    raw=table_mapping.on_unit(raw, described) if kind == "difference" else raw,
                    at=pointer(kind, name),
                    dataset=mapped.dataset,
                    direction=direction,
                    is_aggregate=True,
                )
