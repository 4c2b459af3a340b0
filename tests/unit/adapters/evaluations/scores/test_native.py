from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.adapters.evaluations.scores.native import NativeReportReader
from app.domain.digest import Digest
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Direction, EvaluationReport, RunStatus, SliceRole
from tests.evidence import codes, document, one

READER = NativeReportReader()
SCHEMA = json.loads((Path(__file__).parents[5] / "schemas" / "evaluation_report.json").read_text())


def a_result(**members: object) -> dict[str, Any]:
    return {"dataset": {"id": "arc"}, "metric": "accuracy", "value": 0.8, "n": 100, **members}


def a_report(*results: dict[str, Any], **members: object) -> dict[str, Any]:
    return {
        "schema": "countersign.dev/evaluation-report/v1",
        "tool": {"name": "house", "version": "2"},
        "model": {"name": "m", "sha256": Digest.of(b"weights")},
        "run": {"status": "complete", "finished_at": "2026-11-24T10:00:00Z"},
        "results": list(results or (a_result(),)),
        **members,
    }


def read(report: object) -> EvaluationReport:
    return READER.parse((document("report.json", report),))


def test_a_report_names_the_digest_of_what_was_evaluated() -> None:
    report = read(a_report())

    assert report.subject.sha256 == Digest.of(b"weights")
    assert (report.tool, report.tool_version) == ("house", "2")
    assert (report.run.status, report.run.finished_at) == (RunStatus.COMPLETE, 1795514400)
    row = one(report, "/results/0/value")
    assert (row.value, row.successes) == (0.8, 80)
    assert row.uncertainty is not None
    assert row.uncertainty.method == "wilson"
    assert codes(report) == set()


def test_everything_that_may_be_told_is_read() -> None:
    result = a_result(
        dataset={"id": "arc", "split": "test", "revision": "r"},
        metric="house score",
        direction="lower",
        stderr=0.02,
        interval={"low": 0.7, "high": 0.9, "level": 0.9},
        params={"shots": "5"},
        slice={"sex": "f"},
        is_aggregate=True,
    )

    (row,) = read(a_report(result, judge="org/judge")).results

    assert (row.dataset.split, row.dataset.revision) == ("test", "r")
    assert (row.metric.direction, row.metric.params) == (Direction.LOWER, {"shots": "5"})
    assert (row.slice, row.slice_role, row.is_aggregate) == ({"sex": "f"}, SliceRole.GROUP, True)
    assert row.uncertainty is not None
    assert (row.uncertainty.method, row.uncertainty.level) == ("reported_ci", 0.9)


GOOD = [a_report(), a_report(a_result(slice={"a": "b"}, direction="higher"), model={})]
BAD: list[dict[str, Any]] = [
    a_report(surprise=1),
    a_report(results=[]),
    a_report(results={}),
    a_report(tool={}),
    a_report(tool={"name": ""}),
    a_report(model={"sha256": "abc"}),
    a_report(model=None),
    a_report(run={"status": "done"}),
    a_report(run={"status": "complete", "samples_scored": -1}),
    a_report(judge=3),
    a_report(a_result(value="0.8")),
    a_report(a_result(value=None)),
    a_report(a_result(n=1.5)),
    a_report(a_result(direction="up")),
    a_report(a_result(dataset={})),
    a_report(a_result(dataset="arc")),
    a_report(a_result(interval={"low": 0.1})),
    a_report(a_result(params={"shots": 5})),
    a_report(a_result(slice=[])),
    a_report(a_result(is_aggregate="yes")),
    a_report(a_result(extra=1)),
]


@pytest.mark.parametrize("report", GOOD)
def test_what_the_schema_allows_is_read(report: dict[str, Any]) -> None:
    Draft202012Validator(SCHEMA).validate(report)

    assert READER.sniff((document("report.json", report),))
    assert read(report).results


@pytest.mark.parametrize("report", BAD)
def test_what_the_schema_forbids_is_refused(report: dict[str, Any]) -> None:
    assert list(Draft202012Validator(SCHEMA).iter_errors(report))
    with pytest.raises(UnreadableEvidenceError):
        read(report)


@pytest.mark.parametrize("time", ["yesterday", "2026-13-01T00:00:00Z"])
def test_a_time_that_is_none_is_refused(time: str) -> None:
    with pytest.raises(UnreadableEvidenceError, match="no time"):
        read(a_report(run={"status": "complete", "finished_at": time}))


@pytest.mark.parametrize("content", ['{"schema": "other"}', "[]", "{", '{"schema": NaN}'])
def test_another_document_is_refused(content: str) -> None:
    assert not READER.sniff((document("report.json", content),))
    with pytest.raises(UnreadableEvidenceError):
        READER.parse((document("report.json", content),))
