from __future__ import annotations

import pytest

from app.domain.rollout.again import LONGEST_VALUE, Difference, differences

RECORDED = {
    "outcome": "deny",
    "reasons": [{"code": "a.b", "at": "/x"}],
    "policy": {"revision": "r", "checks": ["a"]},
    "submitted_by": "ci",
}
SAID = {name: RECORDED[name] for name in ("outcome", "reasons", "policy")}


def test_what_a_verdict_says_is_compared_and_nothing_else() -> None:
    assert differences(RECORDED, SAID) == ()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"outcome": "allow"}, [("/outcome", '"deny"', '"allow"')]),
        ({"reasons": []}, [("/reasons/0", '{"at":"/x","code":"a.b"}', "absent")]),
        ({"warnings": ["w"]}, [("/warnings", "absent", '["w"]')]),
        (
            {"reasons": [{"code": "a.c", "at": "/x"}, {"code": "z"}]},
            [("/reasons/0/code", '"a.b"', '"a.c"'), ("/reasons/1", "absent", '{"code":"z"}')],
        ),
        (
            {"policy": {"revision": "r", "checks": "a"}},
            [("/policy/checks", '["a"]', '"a"')],
        ),
    ],
)
def test_each_difference_is_told_with_its_place(
    said: dict[str, object], expected: list[tuple[str, str, str]]
) -> None:
    found = differences(RECORDED, {**SAID, **said})

    assert found == tuple(Difference(*one) for one in expected)


def test_texts_that_differ_only_far_behind_differ() -> None:
    long = "x" * LONGEST_VALUE

    assert differences({"outcome": long + "a"}, {"outcome": long + "b"}) != ()
    assert differences({"outcome": long + "a"}, {"outcome": long + "a"}) == ()
