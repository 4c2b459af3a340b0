from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.facts import statistics
from app.domain.facts.statistics import Pairs, Proportion


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


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17, 873-890, table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_newcombe_gives_the_published_intervals(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    interval = statistics.newcombe(Proportion(*first), Proportion(*second))

    assert interval == pytest.approx((low, high), abs=5e-5)


def test_pairs_without_correlation_are_bounded_as_if_independent() -> None:
    paired = statistics.newcombe_paired(Pairs(both=25, first_only=25, second_only=25, neither=25))

    assert paired == statistics.newcombe(Proportion(50, 100), Proportion(50, 100))


def test_pairs_that_mostly_agree_are_bounded_more_closely() -> None:
    low, high = statistics.newcombe_paired(Pairs(700, 50, 30, 220))
    apart = statistics.newcombe(Proportion(750, 1000), Proportion(730, 1000))

    assert low < 0.02 < high
    assert high - low < 0.55 * (apart[1] - apart[0])


@pytest.mark.parametrize(
    "shares", [(0.7, 0.05, 0.05, 0.2), (0.5, 0.2, 0.1, 0.2), (0.25, 0.25, 0.25, 0.25)]
)
def test_a_paired_interval_covers_the_truth_as_often_as_it_says(shares: tuple[float, ...]) -> None:
    n, covered = 25, 0.0
    for e, f, g in itertools.product(range(n + 1), repeat=3):
        if e + f + g <= n:
            counts = (e, f, g, n - e - f - g)
            low, high = statistics.newcombe_paired(Pairs(*counts))
            ways = math.factorial(n) / math.prod(math.factorial(count) for count in counts)
            chance = ways * math.prod(s**count for s, count in zip(shares, counts, strict=True))
            covered += chance if low <= shares[1] - shares[2] <= high else 0.0

    assert covered > 0.94


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_a_paired_interval_holds_its_difference(e: int, f: int, g: int, h: int) -> None:
    pairs = Pairs(e, f, g, h)
    if pairs.n:
        low, high = statistics.newcombe_paired(pairs)

        assert -1 <= low <= (f - g) / pairs.n <= high <= 1


@pytest.mark.parametrize(
    ("first_only", "second_only", "p"),
    [(0, 0, 1.0), (5, 5, 1.0), (1, 9, 0.021484375), (10, 0, 0.001953125), (59, 121, 0.0000045)],
)
def test_mcnemar_gives_the_binomial_p_value(first_only: int, second_only: int, p: float) -> None:
    pairs = Pairs(both=100, first_only=first_only, second_only=second_only, neither=100)

    assert statistics.mcnemar(pairs) == pytest.approx(p, rel=0.05)


def test_many_differing_answers_are_tested_by_the_normal_approximation() -> None:
    exact = statistics.mcnemar(Pairs(0, 950, 1050, 0))
    approximate = statistics.mcnemar(Pairs(0, 951, 1051, 0))

    assert approximate == pytest.approx(exact, rel=0.02)


def test_the_bootstrap_replays() -> None:
    differences = [0.1, -0.2, 0.3, 0.0, 0.25, -0.05] * 5

    assert statistics.paired_bootstrap(differences) == statistics.paired_bootstrap(differences)


def test_the_bootstrap_agrees_with_the_normal_interval_for_many_pairs() -> None:
    differences = [((i * 37) % 101) / 101 - 0.45 for i in range(400)]
    mean, stderr = statistics.mean_and_stderr(differences)
    assert mean is not None
    assert stderr is not None

    bootstrap = statistics.paired_bootstrap(differences)

    assert bootstrap == pytest.approx(statistics.normal(mean, stderr), abs=0.15 * stderr)


def test_very_many_pairs_are_bounded_by_the_normal_interval() -> None:
    assert statistics.paired_bootstrap([0.0, 1.0] * 1000) == pytest.approx(
        (0.4781, 0.5219), abs=5e-5
    )


def test_no_pairs_have_no_interval() -> None:
    with pytest.raises(ValueError, match="no pairs"):
        statistics.paired_bootstrap([])


def test_holm_adjusts_for_the_number_of_tests() -> None:
    assert statistics.holm([0.01, 0.04, 0.03]) == pytest.approx((0.03, 0.06, 0.06))
    assert statistics.holm([]) == ()


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], (None, None)), ([0.5], (0.5, None)), ([1e308, 1e308], (None, None))],
)
def test_too_few_or_too_large_values_have_no_error(
    values: list[float], expected: tuple[float | None, float | None]
) -> None:
    assert statistics.mean_and_stderr(values) == expected
