from __future__ import annotations

from typing import Any

import pytest

from app.adapters.evaluations.scores.every_eval_ever import EveryEvalEverReader
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Direction, EvaluationReport
from tests.evidence import codes, document

READER = EveryEvalEverReader()


def a_record(score: dict[str, Any], **config: object) -> dict[str, Any]:
    return {
        "schema_version": "0.3.0",
        "source_metadata": {"source_type": "evaluation_run"},
        "model_info": {"id": "org/model", "name": "model"},
        "eval_library": {"name": "lm-eval", "version": "0.4.13"},
        "evaluation_timestamp": "1770682486.5",
        "evaluation_results": [
            {
                "evaluation_name": "MMLU",
                "source_data": {"source_type": "hf_dataset", "hf_repo": "cais/mmlu"},
                "metric_config": {"lower_is_better": False, "metric_id": "accuracy", **config},
                "score_details": score,
            }
        ],
    }


def read(score: dict[str, Any], **config: object) -> EvaluationReport:
    return READER.parse((document("eee.json", a_record(score, **config)),))


def test_a_record_is_read_with_its_interval() -> None:
    interval = {"lower": 0.4, "upper": 0.6, "confidence_level": 0.9}
    report = read(
        {"score": 0.5, "uncertainty": {"num_samples": 80, "confidence_interval": interval}}
    )

    (row,) = report.results
    assert (row.metric.id, row.value, row.n, row.dataset.id) == ("accuracy", 0.5, 80, "cais/mmlu")
    assert row.uncertainty is not None
    assert (row.uncertainty.method, row.uncertainty.level) == ("reported_ci", 0.9)
    assert (report.tool, report.tool_version) == ("lm-eval", "0.4.13")
    assert report.run.finished_at == 1770682486
    assert codes(report) == set()


def test_a_unit_of_percent_is_believed() -> None:
    report = read({"score": 0.5}, metric_unit="percent")

    (row,) = report.results
    assert row.value == pytest.approx(0.005)


def test_lower_can_be_better() -> None:
    report = read({"score": 0.5}, lower_is_better=True)

    assert report.results[0].metric.direction is Direction.LOWER


def test_a_judge_is_told() -> None:
    report = read({"score": 0.5}, llm_scoring={"judges": [{"model_info": {"id": "org/judge"}}]})

    assert report.judge == "org/judge"
    assert "JUDGE_UNCALIBRATED" in codes(report)


def test_another_document_is_refused() -> None:
    file = document("x.json", {**a_record({"score": 1}), "model_info": "org/model"})

    assert not READER.sniff((file,))
    with pytest.raises(UnreadableEvidenceError):
        READER.parse((file,))
