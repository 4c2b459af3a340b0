from __future__ import annotations

import pytest

from app.adapters.evaluations.scores.evidently import EvidentlyReader
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Direction, Measurement
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
