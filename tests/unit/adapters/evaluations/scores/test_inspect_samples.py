from __future__ import annotations

import pytest

from app.adapters.evaluations import scores_by_sample
from app.adapters.evaluations.scores import inspect_samples
from tests.evidence import document, sample

JSON_LOG = sample("evals/inspect/2026-11-24T18-24-18-00-00_arithmetic_RYcqBuBSKtmQuBvMbkFgnZ.json")
EVAL_LOG = sample("evals/inspect/2026-11-24T18-24-22-00-00_arithmetic_QeaLCujtYqyHK535eopMbw.eval")


@pytest.mark.parametrize("log", [JSON_LOG, EVAL_LOG])
def test_both_forms_of_a_log_give_the_same_samples(log: object) -> None:
    assert log in {JSON_LOG, EVAL_LOG}
    (scores,) = inspect_samples.scores([JSON_LOG if log == JSON_LOG else EVAL_LOG])

    assert (scores.dataset, scores.metric, scores.params) == (
        "tiny_arith",
        "accuracy",
        {"scorer": "match"},
    )
    assert len(scores.by_sample) == 40
    assert sum(scores.by_sample.values()) == 2


def test_a_sample_is_averaged_over_epochs() -> None:
    rows = [{"id": "q", "epoch": e, "scores": {"m": {"value": v}}} for e, v in ((1, "C"), (2, "I"))]
    log = {
        "status": "success",
        "eval": {"task": "t", "model": "m", "config": {}},
        "samples": [*rows, {"id": "r", "scores": {"m": {"value": {"odd": 1}}}}],
    }

    (scores,) = inspect_samples.scores([document("log.json", log)])

    assert scores.by_sample == {"q": 0.5}


@pytest.mark.parametrize("content", ["{}", "[]", b"PK torn"])
def test_other_files_hold_no_samples(content: bytes | str) -> None:
    assert scores_by_sample([document("x.json", content)]) == ()
