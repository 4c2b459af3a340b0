from __future__ import annotations

from typing import Any

import pytest

from app.adapters.evaluations.scores import helm_instances
from app.domain.release import Document
from tests.evidence import document

STATS = document(
    "stats.json",
    [
        {
            "name": {"name": "exact_match", "split": "test"},
            "count": 1,
            "sum": 0.5,
            "sum_squared": 0.25,
            "mean": 0.5,
        }
    ],
)
SPEC = document("run_spec.json", {"name": "mmlu:m=acme", "adapter_spec": {}, "scenario_spec": {}})


def an_instance(number: int, mean: object, split: str = "test", **more: Any) -> dict[str, Any]:
    stat = {"name": {"name": "exact_match", "split": split}, "count": 1, "mean": mean}
    return {"instance_id": f"id{number}", "train_trial_index": 0, "stats": [stat], **more}


def run(*instances: dict[str, Any]) -> tuple[Document, ...]:
    return STATS, SPEC, document("per_instance_stats.json", list(instances))


def test_every_instance_has_its_score() -> None:
    (scores,) = helm_instances.scores(run(an_instance(1, 1.0), an_instance(2, 0.0)))

    assert (scores.dataset, scores.metric) == ("mmlu", "exact_match")
    assert scores.by_sample == {"id1": 1.0, "id2": 0.0}


def test_trials_of_one_instance_are_averaged() -> None:
    (scores,) = helm_instances.scores(run(an_instance(1, 1.0), an_instance(1, 0.0)))

    assert scores.by_sample == {"id1": 0.5}


def test_an_instance_that_was_changed_on_purpose_is_left_out() -> None:
    changed = an_instance(2, 0.0, perturbation={"name": "typos"})

    (scores,) = helm_instances.scores(run(an_instance(1, 1.0), changed))

    assert scores.by_sample == {"id1": 1.0}


@pytest.mark.parametrize(
    "files",
    [
        (STATS, SPEC),
        (document("per_instance_stats.json", []),),
        run(an_instance(1, 1.0), an_instance(2, 1.0, split="valid")),
        run(an_instance(1, "x")),
        (STATS, SPEC, document("per_instance_stats.json", {"a": 1})),
    ],
)
def test_what_tells_no_scores_has_none(files: tuple[Document, ...]) -> None:
    assert helm_instances.scores(files) == ()
