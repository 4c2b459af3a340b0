"""A flat JSON file of a team's own, from metric names to numbers.

Nothing in such a file says what it is, so it is never taken for one unless the submitter
names the format; and people chose the scale, so percent is told by the values or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.adapters.evaluations.tables.grouped import table_mapping
from app.adapters.evaluations.tables.grouped.table_mapping import TableMapping
from app.domain.canonical import pointer
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Dataset, EvaluationReport, SliceRole
from app.domain.reading.composing import Source, compose
from app.domain.reading.files import must_json
from app.domain.reading.measuring import Observation
from app.domain.reading.quantity import count, text
from app.domain.reading.shape import mapping
from app.domain.release import Document

_COUNTS = ("n", "count", "support", "example_count", "num_samples", "n_samples", "num_examples")
_UNKNOWN = "unknown"


class FlatMetricsReader:
    """Reads `{"accuracy": 0.9, "n": 200}`, or one such mapping a data set."""

    format = "flat_metrics"

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether a mapping says so: any JSON object of numbers would fit."""
        return table_mapping.is_for(files, self.format)

    def parse(self, files: Sequence[Document]) -> EvaluationReport:
        """Read the numbers. Raises UnreadableEvidenceError, and nothing else."""
        tables, named = table_mapping.parted(files)
        table = mapping(must_json(tables))
        if named is not None:
            mapped = table_mapping.read(named)
            source = Source(self.format, tool=_UNKNOWN, run=mapped.run)
            flags = table_mapping.unmapped(list(table), mapped)
            return compose(source, _mapped(table, mapped), tuple(flags))
        if not table:
            raise UnreadableEvidenceError("no mapping from metric names to numbers")
        source = Source(self.format, tool=_UNKNOWN, scale=None)
        return compose(source, _observations(table))


def _observations(table: Mapping[str, Any]) -> Iterator[Observation]:
    n = _n(table)
    for name, raw in table.items():
        if isinstance(raw, dict):
            yield from _of_dataset(name, raw)
        elif name not in _COUNTS and not isinstance(raw, list):
            yield Observation(text(name) or _UNKNOWN, raw, pointer(name), Dataset(_UNKNOWN), n)


def _of_dataset(dataset: str, table: Mapping[str, Any]) -> Iterator[Observation]:
    n = _n(table)
    for name, raw in table.items():
        if name not in _COUNTS and not isinstance(raw, (dict, list)):
            at = pointer(dataset, name)
            yield Observation(
                text(name) or _UNKNOWN, raw, at, Dataset(text(dataset) or _UNKNOWN), n
            )


def _n(table: Mapping[str, Any]) -> int | None:
    counts = (count(table.get(name)) for name in _COUNTS)
    return next((n for n in counts if n is not None), None)


def _mapped(table: Mapping[str, Any], mapped: TableMapping) -> Iterator[Observation]:
    for name, described in mapped.metrics.items():
        declared = described.get("n")
        n = count(_at(table, declared) if isinstance(declared, str) else declared)
        group: Mapping[str, str] = described.get("slice", {})
        yield Observation(
            native_metric=text(name) or _UNKNOWN,
            metric=described["metric"],
            raw=table_mapping.on_unit(_at(table, name), described),
            at=name if name.startswith("/") else pointer(name),
            dataset=mapped.dataset,
            n=n,
            direction=table_mapping.direction_of(described),
            slice=group,
            slice_role=SliceRole.GROUP if group else SliceRole.OVERALL,
        )


def _at(table: Mapping[str, Any], name: str) -> object:
    """Follow a JSON Pointer (RFC 6901) through mappings, or take the member of this name."""
    if not name.startswith("/"):
        return table.get(name)
    place: object = table
    for token in name[1:].split("/"):
        place = mapping(place).get(token.replace("~1", "/").replace("~0", "~"))
    return place
