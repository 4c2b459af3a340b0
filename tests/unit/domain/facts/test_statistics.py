from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.facts import statistics


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_intervals(
    successes: int, n: int, low: float, high: float
) -> None:
    interval = statistics.wilson(successes / n, n)

    assert interval == pytest.approx((low, high), abs=5e-5)


def test_nothing_of_thirty_may_still_be_eleven_percent() -> None:
    _, high = statistics.wilson(0.0, 30)

    assert high == pytest.approx(0.1135, abs=5e-5)


@given(st.integers(1, 10_000), st.data())
def test_wilson_holds_the_proportion_and_stays_within_its_range(
    n: int, chance: st.DataObject
) -> None:
    proportion = chance.draw(st.integers(0, n)) / n

    low, high = statistics.wilson(proportion, n)

    assert 0 <= low <= proportion <= high <= 1
    assert high > low


@pytest.mark.parametrize(("proportion", "n"), [(0.5, 0), (1.1, 10), (-0.1, 10)])
def test_what_is_no_proportion_has_no_interval(proportion: float, n: int) -> None:
    with pytest.raises(ValueError, match="no proportion"):
        statistics.wilson(proportion, n)


def test_the_normal_interval_is_symmetric() -> None:
    assert statistics.normal(0.3, 0.05966) == pytest.approx((0.18307, 0.41693), abs=1e-5)


def test_answers_that_resemble_each_other_are_worth_fewer() -> None:
    independent = math.sqrt(0.3 * 0.7 / 100)

    assert statistics.effective_n(0.3, 100, independent) == pytest.approx(100)
    assert statistics.effective_n(0.3, 100, 2 * independent) == pytest.approx(25)


def test_an_error_smaller_than_the_binomial_one_adds_no_answers() -> None:
    assert statistics.effective_n(0.3, 100, 0.001) == 100


@pytest.mark.parametrize(("proportion", "stderr"), [(0.0, 0.1), (1.0, 0.1), (0.3, 0.0)])
def test_at_the_edge_all_answers_count(proportion: float, stderr: float) -> None:
    assert statistics.effective_n(proportion, 60, stderr) == 60
