from __future__ import annotations

import pytest

from tests.policy.cases import Case, cases
from tests.policy.inputs import GONE, Document, an_input, edited
from tests.policy.opa import Policies

CASES = cases()


def _codes(verdict: Document) -> set[str]:
    return {reason["code"] for reason in verdict["reasons"]}


@pytest.fixture(scope="module")
def verdicts(policies: Policies) -> dict[str, list[Document]]:
    """Evaluate broken, neighbour and gone of all codes in one process."""
    items = [item for case in CASES for item in _items(case)]
    answers = iter(policies.brought(items))
    return {case.code: [next(answers) for _ in range(3)] for case in CASES}


def _items(case: Case) -> list[tuple[Document, Document]]:
    neighbour = edited(an_input(), case.neighbour)
    return [
        (edited(an_input(), case.broken), case.broken_data),
        (neighbour, case.neighbour_data),
        (edited(neighbour, {case.gone: GONE}), case.neighbour_data),
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_what_is_broken_gets_exactly_its_code(
    case: Case, verdicts: dict[str, list[Document]]
) -> None:
    broken = verdicts[case.code][0]

    assert _codes(broken) == {case.code, *case.also}
    assert broken["outcome"] == ("pending" if case.is_pending else "deny")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_its_nearest_neighbour_is_allowed(case: Case, verdicts: dict[str, list[Document]]) -> None:
    assert verdicts[case.code][1]["outcome"] == "allow", verdicts[case.code][1]["reasons"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_without_the_field_it_is_denied(case: Case, verdicts: dict[str, list[Document]]) -> None:
    assert verdicts[case.code][2]["outcome"] == "deny"
