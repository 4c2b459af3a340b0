from __future__ import annotations

import pytest

from app.domain.evidence import Direction, Uncertainty
from app.domain.facts.attack_success import AttackBound, bounds
from tests.measurements import a_measurement, a_metric


def bound(
    hits: int, n: int, unscored: str | None = None, ci_high: float | None = None
) -> AttackBound:
    params = {} if unscored is None else {"unscored": unscored}
    metric = a_metric("attack_success_rate", Direction.LOWER, **params)
    spread = (
        None if ci_high is None else Uncertainty("reported_ci", "tool", None, 0.0, ci_high, 0.95)
    )
    measurement = a_measurement(hits / n, n=n, successes=hits, metric=metric, uncertainty=spread)
    (found,) = bounds([measurement])
    return found


def test_no_hit_of_thirty_may_be_eleven_percent() -> None:
    assert bound(0, 30).upper == pytest.approx(0.1135, abs=5e-5)


def test_the_unscored_count_as_hits_in_the_worst_case() -> None:
    found = bound(1, 40, unscored="10")

    assert (found.rate, found.worst_case) == (0.025, 0.22)
    assert found.worst_case_upper > found.upper


def test_without_unscored_both_are_one() -> None:
    found = bound(3, 50)

    assert (found.worst_case, found.worst_case_upper) == (found.rate, found.upper)


def test_a_wider_bound_of_the_tool_is_kept() -> None:
    assert bound(13, 50, ci_high=0.6).upper == 0.6
    assert bound(13, 50, ci_high=0.27).upper == bound(13, 50).upper


def test_a_rate_without_n_has_no_bound() -> None:
    metric = a_metric("attack_success_rate", Direction.LOWER)

    assert bounds([a_measurement(0.1, n=None, metric=metric)]) == ()
    assert bounds([a_measurement(0.1)]) == ()


def test_outputs_of_one_prompt_are_not_counted_as_many() -> None:
    metric = a_metric("attack_success_rate", Direction.LOWER, generations="5")
    (clustered,) = bounds([a_measurement(0.0, n=300, successes=0, metric=metric)])

    assert clustered.upper == bound(0, 60).upper
    assert clustered.worst_case_upper == bound(0, 60).worst_case_upper
    assert (clustered.attempts, clustered.hits) == (300, 0)
