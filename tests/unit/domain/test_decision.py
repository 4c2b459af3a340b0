from __future__ import annotations

from app.domain.decision import NextAction, Outcome, Point, at_point, next_actions, outcome_at
from tests.builders import a_reason


def test_reasons_that_one_role_mends_the_same_way_are_one_action() -> None:
    reasons = [a_reason(code="a.b"), a_reason(code="c.d"), a_reason(code="a.b")]

    assert next_actions(reasons) == (
        NextAction("data_scientist", "train a better model", ("a.b", "c.d")),
    )


def test_another_role_is_another_action() -> None:
    reasons = [a_reason(who="data_scientist"), a_reason(who="risk_compliance")]

    assert [action.who for action in next_actions(reasons)] == ["data_scientist", "risk_compliance"]


def test_without_reasons_there_is_nothing_to_do() -> None:
    assert next_actions([]) == ()


SCOPED = {
    "outcome": "deny",
    "points": {"ci": "allow", "promotion": "deny", "admission": "pending", "audit": "deny"},
    "reasons": [
        {"code": "a.b", "points": ["promotion", "audit"]},
        {"code": "c.d", "points": ["promotion", "admission", "audit"]},
    ],
    "reasons_total": 2,
    "warnings": [],
    "next_actions": [{"who": "x", "how": "y", "codes": ["a.b", "c.d"]}],
}


def test_at_a_point_what_objects_elsewhere_only_warns() -> None:
    there = at_point(SCOPED, Point.ADMISSION)

    assert (there["outcome"], there["reasons_total"]) == ("pending", 1)
    assert [reason["code"] for reason in there["reasons"]] == ["c.d"]
    assert [warning["code"] for warning in there["warnings"]] == ["a.b"]
    assert there["next_actions"] == [{"who": "x", "how": "y", "codes": ["c.d"]}]


def test_where_nothing_objects_nothing_is_to_be_done() -> None:
    there = at_point(SCOPED, Point.CI)

    assert (there["outcome"], there["reasons"], there["next_actions"]) == ("allow", [], [])


def test_a_decision_without_points_is_the_same_at_each() -> None:
    assert {outcome_at({"outcome": "deny"}, point) for point in Point} == {Outcome.DENY}


def test_a_deny_whose_own_reasons_were_left_out_tells_those_that_are_kept() -> None:
    cut = {**SCOPED, "reasons": [{"code": "a.b", "points": ["ci"]}], "reasons_total": 41}

    assert at_point(cut, Point.AUDIT)["reasons"] == [{"code": "a.b", "points": ["ci"]}]
