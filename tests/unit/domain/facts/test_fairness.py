from __future__ import annotations

import pytest

from app.domain.evidence import Direction, Measurement
from app.domain.facts.fairness import gaps
from tests.measurements import a_measurement, a_metric


def group(
    name: str, successes: int, n: int, direction: Direction = Direction.HIGHER
) -> Measurement:
    metric = a_metric(direction=direction)
    return a_measurement(
        successes / n, n=n, successes=successes, metric=metric, group={"sex": name}
    )


def test_the_gap_is_between_the_groups_furthest_apart() -> None:
    (gap,) = gaps([group("a", 90, 100), group("b", 80, 100), group("c", 85, 100)], least_n=100)

    assert gap.difference == pytest.approx(0.1)
    assert gap.ratio == pytest.approx(0.8 / 0.9)
    assert gap.worst.slice == {"sex": "b"}
    assert (gap.groups, gap.smallest_n, gap.attributes) == (3, 100, ("sex",))
    assert not gap.is_insufficient


def test_more_groups_widen_the_interval() -> None:
    two = gaps([group("a", 90, 100), group("b", 80, 100)], least_n=100)[0]
    three = gaps([group("a", 90, 100), group("b", 80, 100), group("c", 85, 100)], least_n=100)[0]

    assert two.ci_low is not None
    assert three.ci_low is not None
    assert three.ci_low < two.ci_low


def test_where_lower_is_better_the_highest_is_worst() -> None:
    (gap,) = gaps([group("a", 9, 10, Direction.LOWER), group("b", 1, 10, Direction.LOWER)], 10)

    assert gap.worst.slice == {"sex": "a"}


@pytest.mark.parametrize(
    "other",
    [
        group("b", 8, 10),
        a_measurement(0.8, n=None, group={"sex": "b"}),
        a_measurement(None, n=100, group={"sex": "b"}),
    ],
)
def test_a_group_too_small_or_unknown_makes_it_insufficient(other: Measurement) -> None:
    (gap,) = gaps([group("a", 90, 100), group("c", 80, 100), other], least_n=100)

    assert gap.is_insufficient


def test_a_group_that_nobody_was_selected_in_has_no_ratio_to_lose() -> None:
    assert gaps([group("a", 0, 100), group("b", 50, 100)], 100)[0].ratio == 0.0
    assert gaps([group("a", 0, 100), group("b", 0, 100)], 100)[0].ratio is None


def test_groups_of_unknown_size_have_no_interval() -> None:
    plain = [a_measurement(v, n=None, group={"sex": s}) for s, v in (("a", 0.9), ("b", 0.8))]

    (gap,) = gaps(plain, least_n=1)

    assert (gap.ci_low, gap.smallest_n, gap.is_insufficient) == (None, None, True)


def test_one_group_has_no_gap() -> None:
    assert gaps([group("a", 9, 10)], 1) == ()
    assert gaps([a_measurement(0.9)], 1) == ()


def test_each_metric_and_attribute_has_its_own_gap() -> None:
    by_age = [a_measurement(v, group={"age": a}) for a, v in (("old", 0.9), ("young", 0.8))]

    assert len(gaps([group("a", 9, 10), group("b", 8, 10), *by_age], 1)) == 2


def test_between_numbers_too_large_to_subtract_no_gap_is_told() -> None:
    ends = [
        a_measurement(value, metric=a_metric("loss"), group={"sex": name})
        for name, value in (("a", 1.7e308), ("b", -1.7e308))
    ]

    assert gaps(ends, least_n=1) == ()
