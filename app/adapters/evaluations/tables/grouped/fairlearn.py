"""Tables of fairlearn's MetricFrame, which has no export of its own: what people dump.

Records, `by_group` by columns or by index, and a summary with overall values, differences,
ratios and bootstrap quantiles. Which axis of a table holds the groups is told by the metric
registry; when it cannot be told, the table is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.adapters.evaluations.tables.grouped import mapped_tables, table_layouts, table_mapping
from app.adapters.evaluations.tables.grouped.mapped_tables import AGGREGATES
from app.domain.canonical import Unfit, pointer
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Dataset, Direction, EvaluationReport, SliceRole
from app.domain.reading.composing import Source, compose
from app.domain.reading.files import sole_json
from app.domain.reading.measuring import Interval, Observation
from app.domain.reading.metrics import lookup
from app.domain.reading.quantity import count, text
from app.domain.reading.shape import mapping
from app.domain.release import Document

_OVER_ALL_ROWS = frozenset({"accuracy", "selection_rate", "error_rate"})
"""Proportions of all rows of a group: `count` is their n. Recall's n is not in the table."""
_UNKNOWN = Dataset("unknown")
_NUMBERS = (int, float, Unfit, type(None))


class FairlearnReader:
    """Reads one table or summary; only a summary can be told without a hint."""

    format = "fairlearn"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether the one file is a summary, or has a mapping beside it."""
        if table_mapping.is_for(files, self.format):
            return True
        summary = mapping(sole_json(files, "by_group", "overall"))
        tables = [mapping(summary.get(key)) for key in ("overall", "by_group")]
        return all(tables) and not AGGREGATES.keys().isdisjoint(summary)

    def parse(self, files: Sequence[Document]) -> EvaluationReport:
        """Read the table. Raises UnreadableEvidenceError, and nothing else."""
        tables, named = table_mapping.parted(files)
        if named is not None:
            mapped = table_mapping.read(named)
            listed = mapped_tables.observations(tables, mapped)
            flags = table_mapping.unmapped(mapped_tables.names(tables, mapped), mapped)
            return compose(Source(self.format, "fairlearn", run=mapped.run), listed, tuple(flags))
        native = table_layouts.table_of(tables, None)
        if isinstance(native, list):
            observations = list(_of_records(native))
        elif isinstance(native, dict) and isinstance(native.get("by_group"), dict):
            observations = list(_of_summary(native))
        else:
            observations = list(_of_table(mapping(native), "", {}))
        return compose(Source(self.format, "fairlearn"), observations)


def _of_records(records: Sequence[object]) -> Iterator[Observation]:
    seen: set[tuple[tuple[str, str], ...]] = set()
    for index, row in enumerate(records):
        if not isinstance(row, dict):
            raise UnreadableEvidenceError(f"record {index} is no mapping")
        group = {key: text(value) for key, value in row.items() if isinstance(value, str)}
        if not group or None in group.values():
            raise UnreadableEvidenceError(f"record {index} names no group")
        named = {text(key) or "unknown": value or "" for key, value in group.items()}
        if tuple(named.items()) in seen:
            # A column of numbers tells them apart: an age band, which would be read as a metric.
            raise UnreadableEvidenceError(
                f"record {index} is of a group told before: map its names"
            )
        seen.add(tuple(named.items()))
        for metric, raw in row.items():
            if metric not in group and metric != "count":
                yield _observation(metric, raw, pointer(index, metric), row, named)


def _of_summary(summary: Mapping[str, Any]) -> Iterator[Observation]:
    overall = mapping(summary.get("overall"))
    bounds = _quantiles(mapping(summary.get("overall_ci")))
    for metric, raw in overall.items():
        if metric != "count":
            at = pointer("overall", metric)
            interval = _interval([mapping(t).get(metric) for t in bounds.values()], bounds)
            yield _observation(metric, raw, at, overall, {}, interval)
    quantiles = _quantiles(mapping(summary.get("by_group_ci")))
    yield from _of_table(mapping(summary["by_group"]), "/by_group", quantiles)
    for kind, direction in AGGREGATES.items():
        for metric, raw in mapping(summary.get(kind)).items():
            if metric != "count":
                yield _aggregate(f"{metric}_{kind}", raw, pointer(kind, metric), direction)
    for metric, raw in summary.items():
        if not isinstance(raw, (dict, list)):
            yield _aggregate(metric, raw, pointer(metric), None)


def _of_table(
    table: Mapping[str, Any], at: str, quantiles: Mapping[float, Mapping[str, Any]]
) -> Iterator[Observation]:
    rows = {key: mapping(row) for key, row in table.items()}
    inner = {key for row in rows.values() for key in row}
    outer_known = sum(lookup(key) is not None for key in rows)
    inner_known = sum(lookup(key) is not None for key in inner)
    if not inner or bool(outer_known) == bool(inner_known):
        raise UnreadableEvidenceError("which axis holds the groups cannot be told from the names")
    by_index = bool(inner_known)
    groups = rows.keys() if by_index else dict.fromkeys(key for row in rows.values() for key in row)
    for group in groups:
        own = (
            rows[group] if by_index else {m: row[group] for m, row in rows.items() if group in row}
        )
        named = {"group": text(group) or "unknown"}
        for metric, raw in own.items():
            if metric == "count":
                continue
            path = (group, metric) if by_index else (metric, group)
            ends = [mapping(mapping(t).get(path[0])).get(path[1]) for t in quantiles.values()]
            interval = _interval(ends, quantiles)
            yield _observation(metric, raw, at + pointer(*path), own, named, interval)


def _observation(  # noqa: PLR0913, PLR0917 - one value with all that stands around it
    metric: str,
    raw: object,
    at: str,
    row: Mapping[str, Any],
    group: Mapping[str, str],
    interval: Interval | None = None,
) -> Observation:
    if not isinstance(raw, _NUMBERS):
        raise UnreadableEvidenceError(f"no number at {at}")
    return Observation(
        native_metric=text(metric) or "unknown",
        raw=raw,
        at=at,
        dataset=_UNKNOWN,
        n=count(row.get("count")) if metric in _OVER_ALL_ROWS else None,
        interval=interval,
        slice=group,
        slice_role=SliceRole.GROUP if group else SliceRole.OVERALL,
    )


def _aggregate(metric: str, raw: object, at: str, direction: Direction | None) -> Observation:
    return Observation(
        native_metric=text(metric) or "unknown",
        raw=raw,
        at=at,
        dataset=_UNKNOWN,
        direction=direction,
        is_aggregate=True,
    )


def _quantiles(tables: Mapping[str, Any]) -> dict[float, Mapping[str, Any]]:
    # {"0.025": table, "0.975": table}: two quantiles are the ends of an interval.
    found = {}
    for quantile, table in tables.items():
        if quantile.replace(".", "", 1).isdigit() and len(quantile) < 12:  # noqa: PLR2004 - digits
            found[float(quantile)] = mapping(table)
    return dict(sorted(found.items())) if len(found) == 2 else {}  # noqa: PLR2004 - two ends


def _interval(ends: list[Any], quantiles: Mapping[float, object]) -> Interval | None:
    if not quantiles:
        return None
    low, high = quantiles
    return Interval(ends[0], ends[1], high - low)
