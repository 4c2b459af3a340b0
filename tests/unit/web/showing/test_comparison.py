from __future__ import annotations

import re
from typing import Any

import pytest

from app.web.showing import comparison


def a_result(value: float = 0.8, /, **changes: Any) -> dict[str, Any]:
    spread = {"ci_low": value - 0.02, "ci_high": value + 0.02}
    result = {"metric": "accuracy", "dataset": "sciq", "unit": "fraction", "slice": {}}
    return {**result, "value": value, "uncertainty": spread, **changes}


def an_input(*results: dict[str, Any]) -> dict[str, Any]:
    return {"evaluations": {"reports": [{"results": list(results)}]}}


def test_the_same_result_of_both_is_drawn_on_one_scale() -> None:
    (pair,) = comparison.pairs(an_input(a_result(0.9)), an_input(a_result(0.8)))

    assert (pair.before, pair.now) == ("0.8", "0.9")
    before, now = re.findall(r'-value" cx="([\d.]+)"', pair.picture)
    assert float(before) < float(now)


@pytest.mark.parametrize(
    "change",
    [
        {"metric": "f1"},
        {"dataset": "other"},
        {"unit": "percent"},
        {"slice": {"language": "de"}},
        {"value": None},
        {"value": float("inf")},
    ],
)
def test_what_is_not_the_same_measure_is_not_compared(change: dict[str, Any]) -> None:
    assert comparison.pairs(an_input(a_result(**change)), an_input(a_result())) == []


def test_a_result_that_stands_twice_is_left_out() -> None:
    twice = an_input(a_result(0.8), a_result(0.7))

    assert comparison.pairs(an_input(a_result()), twice) == []


def test_equal_values_are_drawn_without_dividing_by_nothing() -> None:
    point = a_result(0.0, uncertainty={})

    (pair,) = comparison.pairs(an_input(point), an_input(point))
    assert "nan" not in pair.picture
