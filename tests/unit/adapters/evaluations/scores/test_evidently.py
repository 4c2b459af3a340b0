from __future__ import annotations

from typing import Any

import pytest

from app.adapters.evaluations.scores.evidently import EvidentlyReader
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Direction, Measurement
from app.domain.release import Document
from tests.evidence import document, one, sample

READER = EvidentlyReader()


def a_metric(kind: str, value: object, **config: object) -> dict[str, object]:
    return {"id": "1", "config": {"type": f"evidently:metric_v2:{kind}", **config}, "value": value}


def read(metric: dict[str, object]) -> Measurement:
    (row,) = READER.parse((document("x.json", {"metrics": [metric], "tests": []}),)).results
    return row


@pytest.mark.parametrize(
    ("method", "metric", "direction"),
    [
        ("K-S p_value", "p_value", Direction.HIGHER),
        ("Wasserstein distance (normed)", "valuedrift", Direction.LOWER),
        ("house method", "valuedrift", Direction.UNKNOWN),
    ],
)
def test_a_drift_value_is_read_by_its_method(
    method: str, metric: str, direction: Direction
) -> None:
    row = read(a_metric("ValueDrift", 0.04, column="x1", method=method))

    assert (row.metric.id, row.metric.direction) == (metric, direction)
    assert row.slice == {"column": "x1"}


def test_a_value_by_label_is_a_slice() -> None:
    row = read(a_metric("F1ByLabel", {"1": 0.9}))

    assert (row.metric.id, row.slice, row.at) == ("f1", {"label": "1"}, "/metrics/0/value/1")


def test_the_producers_tests_are_not_read() -> None:
    report = READER.parse((sample("evals/evidently/evidently_drift_with_tests_seed42.json"),))

    assert len(report.results) == 6
    assert one(report, "/metrics/1/value").metric.params["method"] == "K-S p_value"


@pytest.mark.parametrize(
    "native",
    [
        {"metrics": []},
        {"metrics": [{"config": {"type": "other:Accuracy"}, "value": 1}]},
        {"metrics": [a_metric("Accuracy", 0.9), {"config": {}, "value": 1}]},
    ],
)
def test_another_list_of_metrics_is_refused(native: object) -> None:
    assert not READER.sniff((document("x.json", native),))
    with pytest.raises(UnreadableEvidenceError):
        READER.parse((document("x.json", native),))


FINGERPRINT = "e4f2ea2dab7ab3a65b16ef5124d02db4"


def an_early_snapshot(called: str, value: object) -> Document:
    rows = [{"id": FINGERPRINT, "metric_id": called, "value": value}]
    return document("snapshot.json", {"metrics": rows, "tests": []})


def test_a_snapshot_without_configurations_is_told_by_its_calls() -> None:
    file = an_early_snapshot("Precision(conf_matrix=True,column=a)", 0.8)

    (row,) = EvidentlyReader().parse((file,)).results

    assert EvidentlyReader().sniff((file,))
    assert (row.metric.id, row.value, row.slice) == ("precision", 0.8, {"column": "a"})
    assert row.metric.params["conf_matrix"] == "True"


@pytest.mark.parametrize("called", ["accuracy", "accuracy()", 3, "Accuracy"])
def test_rows_that_are_no_calls_are_not_its_snapshot(called: Any) -> None:
    assert not EvidentlyReader().sniff((an_early_snapshot(called, 0.8),))


def test_a_mean_is_the_metric_and_its_deviation_is_not() -> None:
    file = an_early_snapshot("MAE(error_plot=False)", {"mean": 0.2, "std": 0.1})

    mean, deviation = EvidentlyReader().parse((file,)).results

    assert (mean.metric.id, mean.value) == ("mae", 0.2)
    assert deviation.metric.id == "mae_std"


def test_tables_of_values_are_no_scores() -> None:
    file = an_early_snapshot("UniqueValueCount(column=b)", {"counts": {"x": 3.0}, "n": 1.0})

    (row,) = EvidentlyReader().parse((file,)).results

    assert row.metric.native_name == "UniqueValueCount.n"


def a_suite(name: str, **parameters: object) -> Document:
    test = {"name": name, "description": "", "status": "FAIL", "group": "g"}
    suite = {"version": "0.4.40", "tests": [{**test, "parameters": parameters}], "summary": {}}
    return document("suite.json", suite)


def test_the_number_of_a_test_is_read_and_its_verdict_is_not() -> None:
    file = a_suite("Accuracy Score", value=0.8, condition={"gt": 0.9})

    report = EvidentlyReader().parse((file,))

    assert EvidentlyReader().sniff((file,))
    assert [(r.metric.id, r.value) for r in report.results] == [("accuracy", 0.8)]
    assert report.tool_version == "0.4.40"


@pytest.mark.parametrize(
    ("stattest", "metric", "direction"),
    [
        ("K-S p_value", "p_value", Direction.HIGHER),
        ("Jensen-Shannon distance", "drift_per_column", Direction.LOWER),
        ("anomaly", "drift_per_column", Direction.UNKNOWN),
    ],
)
def test_a_drift_gets_better_as_its_method_says(
    stattest: str, metric: str, direction: Direction
) -> None:
    told = {"stattest": stattest, "score": 0.2, "threshold": 0.05, "column_name": "age"}

    (row,) = EvidentlyReader().parse((a_suite("Drift per Column", **told),)).results

    assert (row.metric.id, row.metric.direction) == (metric, direction)
    assert row.slice == {"column": "age"}


def test_every_column_of_a_drift_table_is_read() -> None:
    one = {"column_name": "age", "stattest_name": "K-S p_value", "drift_score": 0.4}
    result = {"number_of_columns": 1, "drift_share": 0.5, "drift_by_columns": {"age": one}}
    native = {"version": "0.4.40", "metrics": [{"metric": "DataDriftTable", "result": result}]}

    rows = EvidentlyReader().parse((document("r.json", native),)).results

    assert [(row.metric.native_name, row.value) for row in rows] == [
        ("DataDriftTable.drift_score", 0.4),
        ("DataDriftTable.number_of_columns", 1.0),
    ]
