"""A report as an Every Eval Ever record (evaleval, schema 0.3.0)."""

from __future__ import annotations

import sys
from typing import Any

from app.domain.digest import Digest
from app.domain.evidence import Direction, EvaluationReport, Measurement, Unit

_UNKNOWN = "unknown"
_DEPLOYED = {"deployment_type": _UNKNOWN, "model_availability": _UNKNOWN}
_UNITS = {Unit.FRACTION: "proportion", Unit.PERCENT: "percent"}
_ENDS = {Unit.FRACTION: 1.0, Unit.PERCENT: 100.0}
_UNBOUNDED = sys.float_info.max
"""The schema asks for both ends of a scale: this is the end of one that has none."""


def record(report: EvaluationReport, sha256: Digest) -> dict[str, Any]:
    """Write a report as a record: every result that has a value.

    What the report does not tell is said to be unknown, as the schema asks.
    """
    name = report.subject.name or _UNKNOWN
    finished = report.run.finished_at
    written = {
        "schema_version": "0.3.0",
        "evaluation_id": f"{report.format}/{name}/{sha256[:16]}",
        "retrieved_timestamp": str(finished or 0),
        "source_metadata": {
            "source_type": "evaluation_run",
            "source_organization_name": _UNKNOWN,
            "evaluator_relationship": "other",
        },
        "model_info": {"name": name, "id": name, "additional_details": dict(_DEPLOYED)},
        "eval_library": {"name": report.tool, "version": report.tool_version or _UNKNOWN},
        "evaluation_results": [_result(m) for m in report.results if m.value is not None],
    }
    if finished is not None:
        written["evaluation_timestamp"] = str(finished)
    return written


def _result(m: Measurement) -> dict[str, Any]:
    parts = [m.dataset.id, m.metric.native_name, *m.metric.params.values(), *m.slice.values()]
    details: dict[str, Any] = {"score": m.value}
    end = _ENDS.get(m.metric.unit, _UNBOUNDED)
    is_signed = end == _UNBOUNDED or (m.value is not None and m.value < 0)
    spread = m.uncertainty
    if spread is not None or m.n is not None:
        details["uncertainty"] = _uncertainty(m)
    return {
        "evaluation_name": " / ".join(parts),
        "source_data": {"source_type": "other", "dataset_name": m.dataset.id},
        "metric_config": {
            "metric_id": m.metric.id,
            "metric_unit": _UNITS.get(m.metric.unit, m.metric.unit.value),
            "lower_is_better": m.metric.direction is Direction.LOWER,
            "score_type": "continuous",
            "min_score": -end if is_signed else 0.0,
            "max_score": end,
        },
        "score_details": details,
    }


def _uncertainty(m: Measurement) -> dict[str, Any]:
    told: dict[str, Any] = {} if m.n is None else {"num_samples": m.n}
    spread = m.uncertainty
    if spread is not None and spread.stderr is not None:
        told["standard_error"] = {"value": spread.stderr}
    if spread is not None and spread.ci_low is not None and spread.level is not None:
        told["confidence_interval"] = {
            "lower": spread.ci_low,
            "upper": spread.ci_high,
            "confidence_level": spread.level,
            "method": spread.method,
        }
    return told
