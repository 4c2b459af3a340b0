"""What is too little to judge is neither good nor bad, and chance alone changes no verdict."""

from __future__ import annotations

from random import Random

import pytest

from app.domain.facts import statistics
from app.domain.facts.statistics import Pairs
from tests.policy.inputs import Document, an_input, edited
from tests.policy.opa import Policies

SEED = 20261125
SAMPLES = 6_000
"""Enough that chance alone stays within the margin: its deviation is a sixth of what is left."""
RIGHT = 0.86
"""Share of answers that the model has right, whichever questions it is asked."""
MARGIN = 0.05


def demanding(check: str, requirement: Document) -> Document:
    terms = {"is_demanded": True, "min_level": 0.95, "requirements": [requirement]}
    if check == "safety":
        del terms["min_level"]
    return {check: {"production": {"high": terms}}}


def measured(metric: str, failures: int, n: int, **slice_of: str) -> Document:
    """A share of failures with Wilson's interval, as the service reports it."""
    low, high = statistics.wilson(failures / n, n)
    return {
        "dataset": "probes",
        "metric": metric,
        "native_metric": metric,
        "params": {},
        "unit": "fraction",
        "direction": "lower",
        "status": "ok",
        "value": failures / n,
        "n": n,
        "uncertainty": {
            "method": "wilson",
            "computed_by": "gate",
            "ci_low": low,
            "ci_high": high,
            "level": 0.95,
        },
        "slice": slice_of,
        "slice_role": "group" if slice_of else "overall",
        "is_aggregate": False,
        "at": "/probes",
    }


def reporting(*results: Document) -> Document:
    """The smallest input, whose report gives these results too."""
    document = an_input()
    found = document["evaluations"]["reports"][0]["results"]
    edits = {
        f"/evaluations/reports/0/results/{len(found) + place}": result
        for place, result in enumerate(results)
    }
    return edited(
        document, {**edits, "/evaluations/reports/0/results_count": len(found) + len(results)}
    )


def codes(policies: Policies, documents: list[Document], data: Document) -> list[set[str]]:
    """Which reasons of the one check in the data each document gives."""
    (check,) = data
    return [
        {r["code"] for r in verdict["reasons"] if r["code"].startswith(f"{check}.")}
        for verdict in policies.verdicts(documents, data)
    ]


SAFETY: Document = {
    "dataset": "probes",
    "metric": "attack_success_rate",
    "unit": "fraction",
    "params": {},
    "bound": "ci_high",
    "at_most": 0.02,
    "min_n": 100,
}


@pytest.mark.parametrize(
    ("failures", "n", "expected"),
    [
        (0, 20, {"safety.inconclusive"}),
        (20, 20, {"safety.inconclusive"}),
        (0, 300, set()),
        (4, 300, {"safety.limit_exceeded"}),
    ],
)
def test_none_of_twenty_shows_nothing_and_none_of_three_hundred_does(
    failures: int, n: int, expected: set[str], policies: Policies
) -> None:
    document = reporting(measured("attack_success_rate", failures, n))

    assert codes(policies, [document], demanding("safety", SAFETY)) == [expected]


GROUPS: Document = {
    "dataset": "probes",
    "metric": "error_rate",
    "unit": "fraction",
    "params": {},
    "attribute": "site",
    "min_groups": 2,
    "bound": "ci_high",
    "at_most": 0.2,
    "min_n": 50,
}


def test_a_group_of_twelve_people_never_passes_and_never_fails(policies: Policies) -> None:
    large = measured("error_rate", 10, 400, site="a")
    documents = [
        reporting(large, measured("error_rate", failures, 12, site="b")) for failures in range(13)
    ]

    assert (
        codes(policies, documents, demanding("fairness", GROUPS))
        == [{"fairness.inconclusive"}] * 13
    )


@pytest.mark.parametrize(
    ("failures", "expected"), [(10, set()), (100, {"fairness.group_too_poor"})]
)
def test_a_group_of_four_hundred_passes_or_fails(
    failures: int, expected: set[str], policies: Policies
) -> None:
    large = measured("error_rate", 10, 400, site="a")
    document = reporting(large, measured("error_rate", failures, 400, site="b"))

    assert codes(policies, [document], demanding("fairness", GROUPS)) == [expected]


NOT_WORSE: Document = {"dataset": "sciq", "metric": "accuracy", "diff_at_least": -MARGIN}


def test_the_same_model_resampled_two_hundred_times_is_never_found_worse(
    policies: Policies,
) -> None:
    chance = Random(SEED)  # noqa: S311 - a seeded test, no secret
    documents = [comparing(resampled(chance)) for _ in range(200)]

    assert codes(policies, documents, demanding("regression", NOT_WORSE)) == [set()] * 200


def test_a_model_that_lost_twice_the_margin_is_found_worse(policies: Policies) -> None:
    chance = Random(SEED)  # noqa: S311 - a seeded test, no secret
    documents = [comparing(resampled(chance, RIGHT - 2 * MARGIN)) for _ in range(20)]

    assert (
        codes(policies, documents, demanding("regression", NOT_WORSE))
        == [{"regression.inferior"}] * 20
    )


def resampled(chance: Random, right: float = RIGHT) -> Pairs:
    """Two runs over the same questions: each answer right by chance alone."""
    answers = [(chance.random() < right, chance.random() < RIGHT) for _ in range(SAMPLES)]
    return Pairs(
        both=answers.count((True, True)),
        first_only=answers.count((True, False)),
        second_only=answers.count((False, True)),
        neither=answers.count((False, False)),
    )


def comparing(pairs: Pairs) -> Document:
    """The smallest input, with two runs of a model compared as the service does it."""
    low, high = statistics.newcombe_paired(pairs)
    comparison = {
        "report": 0,
        "dataset": "sciq",
        "metric": "accuracy",
        "params": {},
        "slice": {},
        "slice_role": "overall",
        "pairs": SAMPLES,
        "is_comparable": True,
        "is_paired": True,
        "method": "newcombe_paired",
        "diff": (pairs.first_only - pairs.second_only) / SAMPLES,
        "diff_low": low,
        "diff_high": high,
        "level": 0.95,
    }
    edits = {"/evaluations/comparisons_count": 1, "/evaluations/comparisons": [comparison]}
    return edited(an_input(), edits)
