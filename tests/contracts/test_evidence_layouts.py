"""Layouts of other versions of the tools than those of the samples: one label each, read right."""

from __future__ import annotations

from typing import Any

import pytest

from app.adapters import evaluations
from app.cli.evidence.piece import READERS
from app.domain.evidence import EvaluationReport, Measurement
from app.domain.release import Document
from tests.evidence import document

EARLY_HARNESS = {
    "results": {"piqa": {"acc": 0.71, "acc_stderr": 0.0106}, "wikitext": {"word_perplexity": 20.1}},
    "versions": {"piqa": 0, "wikitext": 1},
}
FIRST_0_4 = {
    "results": {"piqa": {"acc,none": 0.71, "acc_stderr,none": 0.0106, "alias": "piqa"}},
    "configs": {"piqa": {"task": "piqa", "num_fewshot": 0}},
    "versions": {"piqa": 1.0},
    "n-shot": {"piqa": 0},
    "config": {"model": "hf", "model_args": "pretrained=acme/m", "limit": None, "device": "cuda"},
    "git_hash": "4600d6b",
}
INSPECT_1 = {
    "version": 1,
    "status": "success",
    "eval": {
        "task": "arc",
        "task_version": 0,
        "created": "2024-05-01T10:00:00",
        "dataset": {"name": "arc_easy"},
        "model": "openai/gpt-4",
        "config": {},
    },
    "plan": {"steps": []},
    "results": {
        "scorer": {"name": "choice", "params": {}},
        "metrics": {
            "accuracy": {"name": "accuracy", "value": 0.8, "options": {}},
            "bootstrap_std": {"name": "bootstrap_std", "value": 0.02, "options": {}},
        },
    },
    "stats": {"started_at": "2024-05-01T10:00:00", "completed_at": "2024-05-01T10:05:00"},
}
LIGHTEVAL = {
    "config_general": {
        "lighteval_sha": "abc",
        "max_samples": None,
        "model_config": {"model_name": "acme/m", "revision": "main"},
    },
    "results": {"leaderboard|arc:challenge|25|0": {"acc_norm": 0.6, "acc_norm_stderr": 0.01}},
    "versions": {"leaderboard|arc:challenge|25|0": 0},
    "config_tasks": {},
}
MLFLOW_API = {
    "run": {
        "info": {"run_id": "r", "status": "FINISHED", "end_time": 1764000000000},
        "data": {
            "metrics": [{"key": "val_accuracy", "value": 0.9, "timestamp": 1, "step": 3}],
            "params": [{"key": "lr", "value": "0.1"}],
            "tags": [{"key": "mlflow.version", "value": "2.9.2"}],
        },
    }
}
EVIDENTLY_0_4 = {
    "version": "0.4.30",
    "timestamp": "2024-06-01 10:00:00",
    "metrics": [
        {
            "metric": "ClassificationQualityMetric",
            "result": {"current": {"accuracy": 0.9, "f1": 0.8}, "reference": {"accuracy": 0.95}},
        },
        {
            "metric": "ColumnDriftMetric",
            "result": {"column_name": "age", "drift_score": 0.2, "drift_detected": False},
        },
    ],
}
DEEPEVAL_0 = {
    "testCases": [
        {
            "name": f"case {number}",
            "success": True,
            "metricsMetadata": [
                {"metric": "Answer Relevancy", "score": score, "evaluationModel": "gpt-4"}
            ],
        }
        for number, score in enumerate((0.5, 1.0))
    ]
}
PROMPTFOO_1 = {
    "results": {
        "version": 2,
        "results": [],
        "stats": {"successes": 3, "failures": 1},
        "table": {
            "head": {
                "prompts": [
                    {
                        "provider": "openai:gpt-4",
                        "label": "p",
                        "metrics": {"testPassCount": 3, "testFailCount": 1},
                    }
                ]
            },
            "body": [],
        },
    },
    "config": {"description": "mail"},
    "shareableUrl": None,
}
RAGAS_SCORES = [
    {"faithfulness": 1.0, "answer_relevancy": 0.9},
    {"faithfulness": 0.5, "answer_relevancy": 0.7},
]
LAYOUTS: list[tuple[str, Any, str, str, float | None]] = [
    ("lm_eval", EARLY_HARNESS, "piqa", "accuracy", 0.71),
    ("lm_eval", FIRST_0_4, "piqa", "accuracy", 0.71),
    ("inspect", INSPECT_1, "arc_easy", "accuracy", 0.8),
    ("lighteval", LIGHTEVAL, "arc:challenge", "accuracy_norm", 0.6),
    ("mlflow", MLFLOW_API, "unknown", "accuracy", 0.9),
    ("evidently", EVIDENTLY_0_4, "unknown", "accuracy", 0.9),
    ("deepeval", DEEPEVAL_0, "unknown", "answer_relevancy", 0.75),
    ("promptfoo", PROMPTFOO_1, "mail", "pass_rate", 0.75),
    ("ragas", RAGAS_SCORES, "unknown", "faithfulness", 0.75),
]


def labels(file: Document) -> list[str]:
    return [reader.format for reader in READERS if reader.sniff((file,))]


def parsed(format_: str, content: object) -> EvaluationReport:
    (reader,) = [reader for reader in evaluations.READERS if reader.format == format_]
    return reader.parse((document("report.json", content),))


def found(report: EvaluationReport, dataset: str, metric: str) -> list[Measurement]:
    return [m for m in report.results if (m.dataset.id, m.metric.id) == (dataset, metric)]


@pytest.mark.parametrize(("label", "content", "dataset", "metric", "value"), LAYOUTS)
def test_a_layout_has_one_label_and_its_number(
    label: str, content: object, dataset: str, metric: str, value: float
) -> None:
    assert labels(document("report.json", content)) == [label]

    (one,) = found(parsed(label, content), dataset, metric)
    assert one.value == pytest.approx(value)


def test_the_model_and_its_revision_are_found_where_later_versions_have_them() -> None:
    subject = parsed("lighteval", LIGHTEVAL).subject

    assert (subject.name, subject.revision) == ("acme/m", "main")


def test_an_early_report_of_evidently_tells_its_version_and_date() -> None:
    report = parsed("evidently", EVIDENTLY_0_4)

    assert report.tool_version == "0.4.30"
    assert report.run.finished_at == 1717236000
    (drift,) = [
        m for m in report.results if m.metric.native_name == "ColumnDriftMetric.drift_score"
    ]
    assert drift.slice == {"column": "age"}


def test_the_first_logs_of_inspect_have_no_error_that_they_do_not_tell() -> None:
    (accuracy,) = found(parsed("inspect", INSPECT_1), "arc_easy", "accuracy")

    assert accuracy.metric.params["scorer"] == "choice"
    assert accuracy.n is None


@pytest.mark.parametrize(
    "content",
    [
        {"results": {"a": 1}, "versions": {"a": 1}, "config": {"x": 1}},
        {"results": {"a": {"acc": 0.5}}, "versions": {"a": 1}},
        {"results": {"a": {"acc": 0.5, "acc_stderr": 0.1}}, "versions": {"b": 1}},
        {"results": {"version": 2, "stats": {"successes": 1}}, "config": {}},
        {"results": {"version": 2, "stats": {"successes": 1, "failures": 0}}, "config": {}},
        {"metrics": [{"metric": "accuracy", "result": {"value": 0.9}}]},
        {"metrics": [{"metric": "ClassificationQualityMetric", "result": {}}], "job": "other"},
        {"testCases": [{"name": "x", "success": True}], "testPassed": 1},
        [{"faithfulness": 1.0}],
        [{"faithfulness": 1.0, "coherence": 0.4}],
        {"run": {"info": {"id": "r"}, "data": {"metrics": []}}},
        {"eval": {"task": "x", "model": "m"}, "status": "ok"},
    ],
)
def test_what_only_resembles_a_layout_has_no_label(content: object) -> None:
    assert labels(document("report.json", content)) == []
