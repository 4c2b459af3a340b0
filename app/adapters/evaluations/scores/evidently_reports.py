"""Evidently reports before 0.7: metrics by the name of their class, each with its result.

Quality metrics tell of the current data, perhaps beside the reference; the others are of
both. Only numbers are read: what the tests of a suite made of them is the producer's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.domain.canonical import Unfit, pointer
from app.domain.evidence import Dataset, EvaluationReport, Run, RunStatus
from app.domain.reading.composing import UNKNOWN_RUN, Source, compose
from app.domain.reading.files import sole_json
from app.domain.reading.measuring import Observation
from app.domain.reading.quantity import text
from app.domain.reading.shape import epoch, mapping, members
from app.domain.release import Document

_NAME = re.compile(
    r"(?:Classification|Regression|Dataset|Column|DataDrift|TargetByFeatures|Embeddings|Text"
    r"|Conflict|Correlation|RecSys|PrecisionTopK|RecallTopK|NDCGK|MAPK|ProbabilityDistribution)"
    r"[A-Za-z]*"
)
_TOP = frozenset({"metrics", "tests", "version", "timestamp", "metadata", "tags", "name", "id"})


def report(files: Sequence[Document]) -> Mapping[str, Any] | None:
    """Find the report in the one file; None if it is none of Evidently's."""
    found = mapping(sole_json(files, "metrics", "metric", "result"))
    rows = found.get("metrics")
    if not isinstance(rows, list) or not rows or not found.keys() <= _TOP:
        return None
    return found if all(_is_metric(row) for row in rows) else None


def parse(found: Mapping[str, Any], format_: str) -> EvaluationReport:
    """Read every number of a report."""
    finished = epoch(found.get("timestamp"))
    run = UNKNOWN_RUN
    if finished is not None:
        run = Run(RunStatus.UNKNOWN, None, finished, None, None, None)
    source = Source(format_, tool="evidently", version=text(found.get("version")), run=run)
    return compose(source, _observations(found))


def _is_metric(row: object) -> bool:
    name = mapping(row).get("metric")
    is_named = isinstance(name, str) and _NAME.fullmatch(name) is not None
    return is_named and isinstance(mapping(row).get("result"), dict)


def _observations(found: Mapping[str, Any]) -> Iterator[Observation]:
    for index, row in members(found["metrics"]):
        name, told = row["metric"], mapping(row["result"])
        at = pointer("metrics", index, "result")
        column = text(told.get("column_name"))
        current = told.get("current")
        part = "current" if isinstance(current, dict) else ""
        for key, raw in mapping(current).items() if part else told.items():
            if isinstance(raw, (int, float, Unfit)) and not isinstance(raw, bool):
                yield Observation(
                    native_metric=(text(key) or "unknown") if part else f"{name}.{text(key)}",
                    raw=raw,
                    at=at + pointer(*([part] if part else []), key),
                    dataset=Dataset("unknown"),
                    params={"metric": name},
                    slice={"column": column} if column else {},
                )
