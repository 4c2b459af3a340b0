from __future__ import annotations

from typing import Any

import pytest

from app.adapters.evaluations.tables.sklearn_report import SklearnReportReader
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import EvaluationReport, ResultStatus, SliceRole
from tests.evidence import codes, document, one, sample

ROW = {"precision": 0.5, "recall": 0.5, "f1-score": 0.5, "support": 10.0}
AVERAGES = {"macro avg": ROW, "weighted avg": {**ROW, "support": 20.0}}


READER = SklearnReportReader()


def read(report: dict[str, Any]) -> EvaluationReport:
    return READER.parse((document("r.json", report),))


def test_recall_of_a_class_is_a_share_of_its_support() -> None:
    report = read({"cat": ROW, "accuracy": 0.5, **AVERAGES})

    recall = one(report, "/cat/recall")
    assert (recall.n, recall.slice, recall.slice_role) == (
        10,
        {"class": "cat"},
        SliceRole.GROUP,
    )
    assert recall.uncertainty is not None
    assert one(report, "/accuracy").n == 20
    assert one(report, "/cat/precision").uncertainty is None


def test_averages_are_aggregates_without_an_interval() -> None:
    macro = one(read({"cat": ROW, **AVERAGES}), "/macro avg/recall")

    assert macro.is_aggregate
    assert macro.uncertainty is None


def test_a_class_may_be_called_accuracy() -> None:
    report = read({"accuracy": ROW, **AVERAGES})

    assert one(report, "/accuracy/recall").slice == {"class": "accuracy"}


def test_an_average_that_skips_a_class_is_told() -> None:
    name = "evals/sklearn/sklearn_classification_report_nan_seed42.json"
    report = READER.parse((sample(name),))

    assert one(report, "/unseen/recall").status is ResultStatus.NOT_FINITE
    assert {"AVERAGE_SKIPS_NAN", "NAN_VALUE"} <= codes(report)


@pytest.mark.parametrize("report", [{}, {"cat": ROW}, {"cat": {"recall": 1}, **AVERAGES}])
def test_another_table_is_refused(report: dict[str, Any]) -> None:
    assert not READER.sniff((document("r.json", report),))
    with pytest.raises(UnreadableEvidenceError):
        read(report)
