from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.evidence import (
    Dataset,
    Direction,
    EvaluationReport,
    Measurement,
    RunStatus,
    Scores,
    Unit,
)
from app.domain.facts.comparison import Comparison, compare
from tests.measurements import a_measurement, a_metric, a_report


def shares(successes: int, n: int = 100, **members: object) -> Measurement:
    return a_measurement(successes / n, n=n, successes=successes, **members)  # type: ignore[arg-type] # members are of a_measurement


def compared(mine: Measurement, other: Measurement) -> Comparison:
    (comparison,) = compare(a_report(mine), a_report(other))
    return comparison


def test_shares_of_n_are_bounded_by_newcombe() -> None:
    comparison = compared(shares(85), shares(80))

    assert comparison.method == "newcombe"
    assert comparison.difference == pytest.approx(0.05)
    assert (comparison.ci_low, comparison.ci_high) == pytest.approx((-0.0563, 0.1555), abs=5e-5)
    assert comparison.pairs == 0


def test_a_lower_error_is_a_gain() -> None:
    metric = a_metric("error_rate", Direction.LOWER)

    comparison = compared(shares(10, metric=metric), shares(30, metric=metric))

    assert comparison.difference == pytest.approx(0.2)
    assert comparison.ci_low is not None
    assert comparison.ci_high is not None
    assert 0 < comparison.ci_low < 0.2 < comparison.ci_high


def test_without_n_the_reported_errors_bound_the_difference() -> None:
    comparison = compared(
        a_measurement(0.7, n=None, stderr=0.03), a_measurement(0.6, n=None, stderr=0.04)
    )

    assert comparison.method == "unpaired_normal"
    assert (comparison.ci_low, comparison.ci_high) == pytest.approx((0.002, 0.198), abs=5e-4)


def test_without_n_and_errors_nothing_bounds_it() -> None:
    comparison = compared(a_measurement(0.7, n=None), a_measurement(0.6, n=None))

    assert comparison.method == "none"
    assert comparison.difference == pytest.approx(0.1)
    assert not comparison.is_not_worse(0.5)


def scored(**by_sample: float) -> tuple[Scores, ...]:
    return (Scores("arc", "accuracy", {}, by_sample),)


def test_the_same_samples_are_compared_in_pairs() -> None:
    ours = {f"q{i}": float(i < 85) for i in range(100)}
    theirs = {f"q{i}": float(i < 80) for i in range(100)}

    (paired,) = compare(
        a_report(shares(85)), a_report(shares(80)), (scored(**ours), scored(**theirs))
    )

    assert (paired.method, paired.pairs) == ("newcombe_paired", 100)
    assert paired.p_value == 0.0625
    apart = compared(shares(85), shares(80))
    assert paired.ci_low is not None
    assert apart.ci_low is not None
    assert paired.ci_low > apart.ci_low


def test_partial_credit_in_pairs_is_bootstrapped() -> None:
    ours = {f"q{i}": 0.5 + (i % 3) / 10 for i in range(30)}
    theirs = {f"q{i}": 0.5 + (i % 2) / 10 for i in range(30)}

    (paired,) = compare(
        a_report(a_measurement(0.6)),
        a_report(a_measurement(0.55)),
        (scored(**ours), scored(**theirs)),
    )

    assert (paired.method, paired.pairs, paired.p_value) == ("paired_bootstrap", 30, None)


@pytest.mark.parametrize("theirs", [{"q0": 1.0}, {"q0": 1.0, "q2": 0.0}, {}])
def test_samples_that_one_side_lacks_make_no_pairs(theirs: dict[str, float]) -> None:
    ours = {"q0": 1.0, "q1": 0.0}

    (comparison,) = compare(
        a_report(shares(1, 2)), a_report(shares(1, 2)), (scored(**ours), scored(**theirs))
    )

    assert comparison.method == "newcombe"


@pytest.mark.parametrize(
    ("baseline", "reason"),
    [
        (a_report(shares(80), tool_version="0.3.0"), "tool version"),
        (a_report(shares(80), judge="org/judge"), "judge"),
        (a_report(shares(80), status=RunStatus.PARTIAL), "the run of the baseline is partial"),
        (a_report(shares(80, dataset=Dataset("arc", split="test"))), "data set split"),
        (a_report(shares(80, dataset=Dataset("arc", revision="2"))), "data set revision"),
        (a_report(shares(80, metric=a_metric(shots="5"))), "shots"),
        (a_report(a_measurement(None)), "the value of the baseline is missing"),
        (a_report(shares(80, metric=a_metric(direction=Direction.UNKNOWN))), "disagree"),
    ],
)
def test_what_cannot_be_compared_says_why(baseline: EvaluationReport, reason: str) -> None:
    (comparison,) = compare(a_report(shares(85)), baseline)

    assert any(reason in told for told in comparison.incomparable)
    assert comparison.difference is None
    assert not comparison.is_comparable
    assert not comparison.is_not_worse(1.0)


def test_another_tool_or_unit_is_told() -> None:
    percent = replace(shares(80), metric=replace(a_metric(), unit=Unit.PERCENT))
    other = replace(a_report(percent), tool="lighteval")

    (comparison,) = compare(a_report(shares(85)), other)

    assert comparison.incomparable == (
        "tool: lm-evaluation-harness and lighteval",
        "unit: fraction and percent",
    )


def test_a_slice_has_no_scores_by_sample() -> None:
    mine, other = shares(85, group={"sex": "f"}), shares(80, group={"sex": "f"})
    scores = scored(q0=1.0)

    (comparison,) = compare(a_report(mine), a_report(other), (scores, scores))

    assert comparison.method == "newcombe"


def test_scores_of_another_metric_make_no_pairs() -> None:
    scores = (
        Scores("arc", "f1", {}, {"q0": 1.0}),
        Scores("arc", "accuracy", {"filter": "x"}, {"q0": 1.0}),
    )

    (comparison,) = compare(a_report(shares(85)), a_report(shares(80)), (scores, scores))

    assert comparison.pairs == 0


def test_a_loss_is_bounded_beyond_one() -> None:
    metric = replace(a_metric("perplexity", Direction.LOWER), unit=Unit.LOSS)
    mine, other = (a_measurement(v, n=None, stderr=0.5, metric=metric) for v in (7.0, 9.0))

    comparison = compared(mine, other)

    assert comparison.difference == pytest.approx(2.0)
    assert comparison.ci_high == pytest.approx(3.386, abs=5e-4)


def test_a_metric_without_a_direction_is_not_compared() -> None:
    metric = a_metric("refusal_rate", Direction.UNKNOWN)

    comparison = compared(shares(85, metric=metric), shares(80, metric=metric))

    assert comparison.incomparable == ("which way is better is not known",)


def test_another_patch_of_the_tool_does_not_matter() -> None:
    (comparison,) = compare(a_report(shares(85)), a_report(shares(80), tool_version="0.4.13"))

    assert comparison.is_comparable


def test_what_the_baseline_lacks_is_not_there() -> None:
    other = shares(80, dataset=Dataset("other"))

    assert compare(a_report(shares(85)), a_report(other)) == ()


def test_filters_are_results_apart() -> None:
    strict = shares(85, metric=a_metric(filter="strict"))
    flexible = shares(80, metric=a_metric(filter="flexible"))

    assert compare(a_report(strict), a_report(flexible)) == ()


@pytest.mark.parametrize(("margin", "expected"), [(0.06, True), (0.05, False)])
def test_not_worse_is_proven_by_the_bound_and_never_by_a_p_value(
    margin: float,
    expected: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert compared(shares(85), shares(80)).is_not_worse(margin) is expected


@pytest.mark.parametrize("stderr", [None, 1e300])
def test_numbers_too_large_to_subtract_are_not_compared(stderr: float | None) -> None:
    metric = a_metric("loss", Direction.LOWER)
    one = compared(
        a_measurement(1.7e308, stderr=stderr, metric=metric),
        a_measurement(-1.7e308, stderr=stderr, metric=metric),
    )

    assert "too large" in one.incomparable[0]
    assert (one.difference, one.ci_low) == (None, None)
