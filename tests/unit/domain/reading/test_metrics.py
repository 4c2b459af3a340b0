from __future__ import annotations

import pytest

from app.domain.evidence import Direction, Unit
from app.domain.reading import metrics


@pytest.mark.parametrize(
    ("native", "metric"),
    [
        ("acc", "accuracy"),
        ("Accuracy", "accuracy"),
        ("f1-score", "f1"),
        ("acc_norm", "accuracy_norm"),
        ("AUROC", "roc_auc"),
        ("pass@1", "pass_at_1"),
        ("Expected Calibration Error", "ece"),
    ],
)
def test_each_spelling_leads_to_one_metric(native: str, metric: str) -> None:
    found = metrics.lookup(native)

    assert found is not None
    assert found.id == metric


@pytest.mark.parametrize("native", ["accuracy of sorts", "", "mean"])
def test_a_name_that_is_not_known_is_not_guessed(native: str) -> None:
    assert metrics.lookup(native) is None


def test_an_attack_success_rate_gets_better_downwards() -> None:
    found = metrics.lookup("asr")

    assert found is not None
    assert (found.direction, found.unit, found.is_proportion) == (
        Direction.LOWER,
        Unit.FRACTION,
        True,
    )


def test_a_long_name_is_cut() -> None:
    assert len(metrics.slug("x" * 5000)) == metrics.LONGEST_NAME
