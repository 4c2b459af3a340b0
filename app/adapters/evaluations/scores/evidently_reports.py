"""Evidently reports and test suites before 0.7: metrics by the name of their class, or tests.

Quality metrics tell of the current data, perhaps beside the reference; the others are of
both. Only numbers are read: what the tests of a suite made of them is the producer's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.domain.canonical import Unfit, pointer
from app.domain.evidence import Dataset, Direction, EvaluationReport, Run, RunStatus, SliceRole
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
_TEST = frozenset({"name", "description", "status", "group", "parameters"})
_VERDICTS = frozenset({"SUCCESS", "FAIL", "WARNING", "ERROR", "SKIPPED"})
_THRESHOLDS = frozenset({"drift_share", "stattest_threshold", "threshold"})
"""What the producer asked for, and not what was measured."""
_TOP = frozenset(
    {"metrics", "tests", "version", "timestamp", "metadata", "tags", "name", "id", "summary"}
)


def report(files: Sequence[Document]) -> Mapping[str, Any] | None:
    """Find the report in the one file; None if it is none of Evidently's."""
    found = mapping(sole_json(files, "metrics", "metric", "result"))
    rows = found.get("metrics")
    if isinstance(rows, list) and rows and found.keys() <= _TOP:
        return found if all(_is_metric(row) for row in rows) else None
    found = mapping(sole_json(files, "tests", "version", "parameters", "group"))
    rows = found.get("tests")
    if isinstance(rows, list) and rows and found.keys() <= _TOP and "metrics" not in found:
        return found if all(_is_test(row) for row in rows) else None
    return None


def parse(found: Mapping[str, Any], format_: str) -> EvaluationReport:
    """Read every number of a report."""
    finished = epoch(found.get("timestamp"))
    run = UNKNOWN_RUN
    if finished is not None:
        run = Run(RunStatus.UNKNOWN, None, finished, None, None, None)
    source = Source(format_, tool="evidently", version=text(found.get("version")), run=run)
    rows = _observations(found) if "metrics" in found else _of_tests(found)
    return compose(source, rows)


def _is_metric(row: object) -> bool:
    name = mapping(row).get("metric")
    is_named = isinstance(name, str) and _NAME.fullmatch(name) is not None
    return is_named and isinstance(mapping(row).get("result"), dict)


def _is_test(row: object) -> bool:
    test = mapping(row)
    return test.keys() >= _TEST and test["status"] in _VERDICTS


def _of_tests(found: Mapping[str, Any]) -> Iterator[Observation]:
    # What a test made of its number is the producer's; the number is the evidence.
    for index, row in members(found["tests"]):
        told, at = mapping(row["parameters"]), pointer("tests", index, "parameters")
        if "stattest" in told and "score" in told:
            yield _drift(told, at, "score", "stattest", text(row.get("name")) or "unknown")
            continue
        column, label = text(told.get("column_name")), told.get("label")
        part = {"column": column} if column else {}
        if isinstance(label, (str, int)) and not isinstance(label, bool):
            part["label"] = text(str(label)) or "unknown"
        raw = told.get("value")
        if isinstance(raw, (int, float, Unfit)) and not isinstance(raw, bool):
            name = text(row.get("name")) or "unknown"
            yield Observation(
                native_metric=name,
                metric=name.removesuffix(" Score"),
                raw=raw,
                at=at + pointer("value"),
                dataset=Dataset("unknown"),
                params={"group": text(row.get("group")) or "unknown"},
                slice=part,
                slice_role=SliceRole.GROUP if "label" in part else SliceRole.OVERALL,
            )


def _drift(told: Mapping[str, Any], at: str, value: str, method: str, name: str) -> Observation:
    # A p-value gets smaller with drift, a distance larger.
    stattest = text(told.get(method)) or "unknown"
    is_p_value = "p_value" in stattest
    column = text(told.get("column_name"))
    return Observation(
        native_metric=name,
        metric="p_value" if is_p_value else name,
        raw=told.get(value),
        at=at + pointer(value),
        dataset=Dataset("unknown"),
        direction=Direction.HIGHER
        if is_p_value
        else Direction.LOWER
        if "distance" in stattest or "divergence" in stattest
        else None,
        params={"method": stattest},
        slice={"column": column} if column else {},
    )


def _observations(found: Mapping[str, Any]) -> Iterator[Observation]:
    for index, row in members(found["metrics"]):
        name, told = row["metric"], mapping(row["result"])
        at = pointer("metrics", index, "result")
        if "drift_score" in told:
            yield _drift(told, at, "drift_score", "stattest_name", f"{name}.drift_score")
            continue
        for key, one in mapping(told.get("drift_by_columns")).items():
            if "drift_score" in mapping(one):
                here = at + pointer("drift_by_columns", key)
                yield _drift(one, here, "drift_score", "stattest_name", f"{name}.drift_score")
        column = text(told.get("column_name"))
        current = told.get("current")
        part = "current" if isinstance(current, dict) else ""
        for key, raw in mapping(current).items() if part else told.items():
            is_number = isinstance(raw, (int, float, Unfit)) and not isinstance(raw, bool)
            if is_number and key not in _THRESHOLDS:
                yield Observation(
                    native_metric=(text(key) or "unknown") if part else f"{name}.{text(key)}",
                    raw=raw,
                    at=at + pointer(*([part] if part else []), key),
                    dataset=Dataset("unknown"),
                    params={"metric": name},
                    slice={"column": column} if column else {},
                )
