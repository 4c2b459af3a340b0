from __future__ import annotations

from typing import Any

import pytest

from app.adapters.evaluations.tables.mlflow import MLflowReader
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import EvaluationReport, RunStatus
from tests.evidence import codes, document, sample

READER = MLflowReader()


def a_run(**members: object) -> dict[str, Any]:
    return {
        "info": {"run_id": "r", "status": "FINISHED", "end_time": 1795544964705},
        "data": {"metrics": {"val_accuracy": 0.9}, "tags": {"mlflow.version": "3.1"}},
        "inputs": {"dataset_inputs": [{"dataset": {"name": "iris", "digest": "abc"}}]},
        **members,
    }


def read(native: object) -> EvaluationReport:
    return READER.parse((document("run.json", native),))


def test_a_run_names_data_set_split_and_time() -> None:
    report = read(a_run())

    (row,) = report.results
    assert (row.dataset.id, row.dataset.split, row.dataset.revision) == ("iris", "val", "abc")
    assert row.metric.id == "accuracy"
    assert (report.run.status, report.run.finished_at) == (RunStatus.COMPLETE, 1795544964)


def test_percent_is_told_by_the_values() -> None:
    report = read(a_run(data={"metrics": {"val_accuracy": 93.0}}))

    assert report.results[0].value == pytest.approx(0.93)
    assert "PERCENT_RESCALED" in codes(report)


def test_a_judged_metric_keeps_its_aggregation() -> None:
    report = read(a_run(data={"metrics": {"toxicity/v1/p90": 0.2}}))

    (row,) = report.results
    assert (row.metric.id, row.metric.params) == ("toxicity", {"aggregation": "p90"})


@pytest.mark.parametrize("status", ["FAILED", "KILLED"])
def test_a_run_that_failed_says_so(status: str) -> None:
    report = read(a_run(info={"run_id": "r", "status": status}))

    assert report.run.status is RunStatus.FAILED


def test_several_data_sets_are_none() -> None:
    inputs = {"dataset_inputs": [{"dataset": {"name": name}} for name in ("a", "b")]}

    report = read(a_run(inputs=inputs))

    assert report.results[0].dataset.id == "unknown"
    assert "DATASET_AMBIGUOUS" in codes(report)


def test_artifacts_may_stand_beside_the_metrics() -> None:
    files = (
        sample("evals/mlflow/evaluate_metrics.json"),
        sample("evals/mlflow/artifacts_metadata.json"),
    )

    assert READER.sniff(files)
    assert len(READER.parse(files).results) == 9


@pytest.mark.parametrize(
    "native", [{"accuracy": 0.9}, {"example_count": 3}, {"info": {}, "data": {}}]
)
def test_any_other_table_is_refused(native: object) -> None:
    assert not READER.sniff((document("m.json", native),))
    with pytest.raises(UnreadableEvidenceError):
        read(native)
