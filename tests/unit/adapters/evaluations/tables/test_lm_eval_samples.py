from __future__ import annotations

from app.adapters.evaluations import scores_by_sample
from tests.evidence import document, sample

RESULTS = sample("evals/lm_eval/results_2026-11-24T18-26-15.009855.json")
SAMPLES = sample("evals/lm_eval/samples_tiny_mc_a_2026-11-24T18-26-15.009855.jsonl")


def test_each_metric_has_its_scores_by_document() -> None:
    accuracy, accuracy_norm = scores_by_sample([RESULTS, SAMPLES])

    assert (accuracy.dataset, accuracy.metric, accuracy.params) == (
        "tiny_mc_a",
        "acc",
        {"filter": "none"},
    )
    assert len(accuracy.by_sample) == 60
    assert sum(accuracy.by_sample.values()) == 18
    assert sum(accuracy_norm.by_sample.values()) == 15


def test_a_document_is_known_by_its_content() -> None:
    (accuracy, _) = scores_by_sample([SAMPLES])

    assert (
        "0 213f70a962edeb72aae8f0db3f98e9c7fe6fb94c5837df8660c010627024beaa" in accuracy.by_sample
    )


def test_rows_that_are_torn_or_odd_are_passed_over() -> None:
    content = '{"doc_id": 1, "metrics": ["acc", 2], "acc": "high"}\n{"doc_id"\n{"metrics": 3}\n'
    file = document("samples_t_2026-11-24T18-26-15.009855.jsonl", content)

    assert scores_by_sample([file]) == ()


def test_files_of_other_names_are_no_samples() -> None:
    assert scores_by_sample([document("rows.jsonl", SAMPLES.content)]) == ()
