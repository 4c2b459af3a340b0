from __future__ import annotations

from app.domain.decision import NextAction, next_actions
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
