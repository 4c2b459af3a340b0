from __future__ import annotations

import pytest

from app.adapters.evaluations.rows.deepeval import DeepEvalReader
from app.domain.evidence import EvaluationReport, ResultStatus, RunStatus
from tests.evidence import codes, document

READER = DeepEvalReader()


def read(*scores: object) -> EvaluationReport:
    cases = [{"metricsData": [{"name": "Faithfulness", "score": score}]} for score in scores]
    return READER.parse((document("t.json", {"testCases": cases, "metricsScores": []}),))


def test_scores_are_averaged_with_their_error() -> None:
    (row,) = read(0.5, 1.0, 0.75, 0.75).results

    assert (row.value, row.n) == (0.75, 4)
    assert row.uncertainty is not None
    assert row.uncertainty.stderr == pytest.approx(0.10206, abs=5e-6)


def test_a_case_without_a_score_is_counted() -> None:
    report = read(0.5, None, 0.7)

    (row,) = report.results
    assert (row.n, row.metric.params["unscored"]) == (2, "1")
    assert report.run.status is RunStatus.PARTIAL
    assert "ERRORS_PRESENT" in codes(report)


def test_no_score_at_all_is_no_value() -> None:
    assert read(None).results[0].status is ResultStatus.MISSING
