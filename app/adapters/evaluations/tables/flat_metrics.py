"""A flat JSON file of a team's own, from metric names to numbers.

Nothing in such a file says what it is, so it is never taken for one unless the submitter
names the format; and people chose the scale, so percent is told by the values or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.domain.canonical import pointer
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Dataset, EvaluationReport
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

    def sniff(self, files: Sequence[Document]) -> bool:  # noqa: ARG002 - the port's signature
        """Say no: any JSON object of numbers would fit."""
        return False

    def parse(self, files: Sequence[Document]) -> EvaluationReport:
        """Read the numbers. Raises UnreadableEvidenceError, and nothing else."""
        table = mapping(must_json(files))
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
