from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.adapters.engines.verdict import VerdictReader
from app.domain.decision import EngineIdentity, Outcome, Point
from app.domain.errors import PolicyEngineError

SCHEMA = json.loads((Path(__file__).parents[4] / "schemas" / "verdict.json").read_text())
READER = VerdictReader(SCHEMA)
ENGINE = EngineIdentity("test", "1")


def a_reason(**changes: object) -> dict[str, Any]:
    reason = {
        "code": "size.too_large",
        "at": "/release/files/size",
        "message": "the release is too large",
        "is_pending": False,
        "who": "submitter",
        "how": "make it smaller",
    }
    return {**reason, **changes}


def an_answer(outcome: str, *reasons: dict[str, Any], **changes: object) -> dict[str, Any]:
    answer = {
        "outcome": outcome,
        "reasons": list(reasons),
        "warnings": [],
        "profile": "production/high",
        "checks": {"expected": ["size", "vote"], "ran": ["vote", "size"]},
    }
    return {**answer, **changes}


def read(answer: object) -> Outcome:
    return READER.read(answer, "r1", ENGINE).outcome


def checks(expected: list[str], ran: list[str]) -> dict[str, list[str]]:
    return {"expected": expected, "ran": ran}


WAITING = a_reason(code="vote.open", is_pending=True)


def test_allow_deny_and_pending_are_read() -> None:
    assert read(an_answer("allow")) is Outcome.ALLOW
    assert read(an_answer("deny", a_reason())) is Outcome.DENY
    assert read(an_answer("pending", WAITING)) is Outcome.PENDING


def test_a_verdict_names_what_decided_it() -> None:
    verdict = READER.read(an_answer("allow"), "r1", ENGINE)

    assert (verdict.policy_revision, verdict.engine) == ("r1", ENGINE)
    assert verdict.checks == ("size", "vote")
    assert verdict.profile == "production/high"


def test_an_allow_with_a_reason_is_none() -> None:
    with pytest.raises(PolicyEngineError, match="contradicts"):
        read(an_answer("allow", WAITING))


def test_an_allow_with_a_warning_is_one() -> None:
    assert read(an_answer("allow", warnings=[a_reason()])) is Outcome.ALLOW


@pytest.mark.parametrize(
    "unequal",
    [
        checks([], []),
        checks(["size"], []),
        checks([], ["size"]),
        checks(["size"], ["vote"]),
        checks(["size"], ["size", "vote"]),
        checks(["size", "vote"], ["size"]),
    ],
)
@pytest.mark.parametrize(("outcome", "reasons"), [("allow", []), ("pending", [WAITING])])
def test_only_a_deny_may_come_from_other_checks_than_expected(
    outcome: str, reasons: list[dict[str, Any]], unequal: dict[str, list[str]]
) -> None:
    assert read(an_answer("deny", a_reason(), checks=unequal)) is Outcome.DENY
    with pytest.raises(PolicyEngineError, match="contradicts"):
        read(an_answer(outcome, *reasons, checks=unequal))


def test_pending_with_a_reason_that_cannot_wait_is_none() -> None:
    with pytest.raises(PolicyEngineError, match="contradicts"):
        read(an_answer("pending", WAITING, a_reason()))


def test_pending_without_a_reason_is_none() -> None:
    with pytest.raises(PolicyEngineError, match="contradicts"):
        read(an_answer("pending"))


def test_a_deny_without_a_reason_is_none() -> None:
    with pytest.raises(PolicyEngineError, match="contradicts"):
        read(an_answer("deny"))


def test_a_deny_with_only_pending_reasons_is_one() -> None:
    assert read(an_answer("deny", WAITING)) is Outcome.DENY


def test_a_reason_stated_twice_is_refused() -> None:
    with pytest.raises(PolicyEngineError, match="contradicts"):
        read(an_answer("deny", a_reason(), WAITING, a_reason()))


def test_a_reason_at_two_places_is_two() -> None:
    verdict = READER.read(an_answer("deny", a_reason(at="/b"), a_reason(at="/a")), "r1", ENGINE)

    assert [reason.at for reason in verdict.reasons] == ["/a", "/b"]


@pytest.mark.parametrize("twice", [checks(["a", "a"], ["a"]), checks(["a"], ["a", "a"])])
def test_a_check_named_twice_is_refused(twice: dict[str, list[str]]) -> None:
    with pytest.raises(PolicyEngineError, match="contradicts"):
        read(an_answer("allow", checks=twice))


def test_reasons_come_in_one_order_whatever_the_engine_gave() -> None:
    reasons = [a_reason(message=text, code=code) for text in "ba" for code in ("b.x", "a.x")]
    forwards = READER.read(an_answer("deny", *reasons), "r1", ENGINE)
    backwards = READER.read(an_answer("deny", *reversed(reasons)), "r1", ENGINE)

    assert forwards == backwards
    assert [(r.code, r.message) for r in forwards.reasons] == [
        ("a.x", "a"),
        ("a.x", "b"),
        ("b.x", "a"),
        ("b.x", "b"),
    ]


def test_what_is_not_stated_is_none_and_not_an_empty_text() -> None:
    (reason,) = READER.read(an_answer("deny", a_reason(observed="")), "r1", ENGINE).reasons

    assert reason.observed == ""
    assert reason.required is None


@pytest.mark.parametrize("name", sorted(an_answer("allow")))
def test_an_answer_that_lacks_a_part_is_none(name: str) -> None:
    answer = an_answer("deny", a_reason())
    del answer[name]

    with pytest.raises(PolicyEngineError, match="no verdict"):
        read(answer)


@pytest.mark.parametrize("name", sorted(a_reason()))
def test_a_reason_that_lacks_a_part_is_none(name: str) -> None:
    reason = a_reason()
    del reason[name]

    with pytest.raises(PolicyEngineError, match="no verdict"):
        read(an_answer("deny", reason))


@pytest.mark.parametrize(
    "answer",
    [
        None,
        True,
        "allow",
        [],
        {},
        {"result": an_answer("allow")},
        an_answer("ALLOW"),
        an_answer(""),
        {**an_answer("allow"), "outcome": ["allow"]},
        {**an_answer("allow"), "reasons": None},
        {**an_answer("allow"), "reasons": {}},
        {**an_answer("allow"), "profile": ""},
        {**an_answer("allow"), "bypass": True},
        an_answer("deny", a_reason(is_pending="false")),
        an_answer("deny", a_reason(code="size")),
        an_answer("deny", a_reason(code="size.too_large\n")),
        an_answer("deny", a_reason(observed=7)),
    ],
)
def test_any_other_answer_is_no_verdict(answer: object) -> None:
    with pytest.raises(PolicyEngineError, match="no verdict"):
        read(answer)


JUNK: list[object] = [None, True, 7, 1.5, "", "allow", [], ["a", "a"], {}, {"a": 1}]


@pytest.mark.parametrize("name", sorted(an_answer("allow")))
@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_the_compiled_schema_refuses_what_the_reference_refuses(name: str, junk: object) -> None:
    answer = {**an_answer("deny", a_reason(), warnings=[a_reason()]), name: junk}
    said = ""
    try:
        read(answer)
    except PolicyEngineError as error:
        said = error.message

    assert ("no verdict" not in said) == Draft202012Validator(SCHEMA).is_valid(answer)


@pytest.mark.parametrize("answer", [{1: "allow"}, {"outcome": {"allow"}}, object()], ids=type)
def test_what_json_cannot_say_is_no_verdict(answer: object) -> None:
    with pytest.raises(PolicyEngineError, match="no verdict"):
        read(answer)


def test_a_schema_that_is_none_is_refused_at_start() -> None:
    with pytest.raises(PolicyEngineError, match="JSON Schema"):
        VerdictReader({"type": "verdict"})


EVERYWHERE = {"ci": "deny", "promotion": "deny", "admission": "deny", "audit": "deny"}


def test_a_reason_can_object_at_some_points_only() -> None:
    reason = a_reason(points=["promotion", "audit"])
    points = {**EVERYWHERE, "ci": "allow", "admission": "allow"}

    verdict = READER.read(an_answer("deny", reason, points=points), "r1", ENGINE)

    assert verdict.reasons[0].points == (Point.PROMOTION, Point.AUDIT)
    assert dict(verdict.points)[Point.CI] is Outcome.ALLOW


def test_policies_that_know_no_points_say_the_same_at_all() -> None:
    verdict = READER.read(an_answer("deny", a_reason()), "r1", ENGINE)

    assert {outcome for _, outcome in verdict.points} == {Outcome.DENY}
    assert verdict.reasons[0].points == tuple(Point)


@pytest.mark.parametrize(
    ("reason", "points"),
    [
        (a_reason(), {**EVERYWHERE, "ci": "allow"}),
        (a_reason(points=["ci"]), EVERYWHERE),
        (a_reason(points=["audit"]), {**EVERYWHERE, "ci": "pending"}),
    ],
    ids=["allow_where_it_objects", "deny_where_nothing_does", "pending_where_nothing_does"],
)
def test_an_outcome_at_a_point_follows_from_the_reasons_there(
    reason: dict[str, Any], points: dict[str, str]
) -> None:
    with pytest.raises(PolicyEngineError, match="contradicts"):
        read(an_answer("deny", reason, points=points))


def test_an_allow_over_all_is_an_allow_at_each_point() -> None:
    with pytest.raises(PolicyEngineError, match="contradicts"):
        read(an_answer("allow", points={**EVERYWHERE}))


@pytest.mark.parametrize("points", [{"ci": "allow"}, {**EVERYWHERE, "cd": "deny"}, {}], ids=str)
def test_points_are_named_whole(points: dict[str, str]) -> None:
    with pytest.raises(PolicyEngineError, match="no verdict"):
        read(an_answer("deny", a_reason(), points=points))
