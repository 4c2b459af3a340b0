from __future__ import annotations

import pytest

from app.domain.reading.metrics import lookup
from app.domain.reading.scale import Scale, on_scale, scale_of


@pytest.mark.parametrize(
    ("metric", "values", "scale"),
    [
        ("accuracy", [0.91, 0.5], Scale.NATIVE),
        ("accuracy", [91.0, 50.0], Scale.PERCENT),
        ("accuracy", [1.0], Scale.UNSURE),
        ("accuracy", [1.0, 0.97], Scale.NATIVE),
        ("accuracy", [0.0], Scale.NATIVE),
        ("wer", [0.12], Scale.NATIVE),
        ("wer", [2.2, 9.4], Scale.PERCENT),
        ("wer", [2.2], Scale.UNSURE),
        ("bleu", [26.8], Scale.NATIVE),
        ("bleu", [0.268], Scale.UNSURE),
        ("perplexity", [7.2], Scale.NATIVE),
        ("house_metric", [120.0], Scale.NATIVE),
        ("accuracy", [], Scale.NATIVE),
    ],
)
def test_the_scale_is_told_by_all_values_of_a_metric(
    metric: str, values: list[float], scale: Scale
) -> None:
    assert scale_of(lookup(metric), values) is scale


@pytest.mark.parametrize(
    ("metric", "value", "scale", "expected"),
    [
        ("accuracy", 91.0, Scale.PERCENT, (0.91, ("PERCENT_RESCALED",))),
        ("accuracy", 0.9, Scale.PERCENT, (None, ("SCALE_AMBIGUOUS",))),
        ("accuracy", 0.0, Scale.PERCENT, (0.0, ())),
        ("accuracy", 0.9, Scale.NATIVE, (0.9, ())),
        ("accuracy", 1.5, Scale.NATIVE, (None, ("OUT_OF_RANGE",))),
        ("accuracy", 150.0, Scale.PERCENT, (None, ("PERCENT_RESCALED", "OUT_OF_RANGE"))),
        ("accuracy", -0.1, Scale.NATIVE, (None, ("OUT_OF_RANGE",))),
        ("accuracy", 1.0, Scale.UNSURE, (None, ("SCALE_AMBIGUOUS",))),
        ("wer", 1.4, Scale.NATIVE, (1.4, ())),
        ("house_metric", 150.0, Scale.NATIVE, (150.0, ())),
    ],
)
def test_a_value_stands_on_its_scale_or_is_not_used(
    metric: str, value: float, scale: Scale, expected: tuple[float | None, tuple[str, ...]]
) -> None:
    assert on_scale(lookup(metric), value, scale, is_percent=False) == expected


def test_a_percent_sign_settles_it() -> None:
    assert on_scale(lookup("cer"), 0.5, Scale.UNSURE, is_percent=True) == (
        0.005,
        ("PERCENT_RESCALED",),
    )
