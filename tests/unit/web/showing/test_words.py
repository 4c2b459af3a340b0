from __future__ import annotations

import pytest

from app.domain.approvals.standing import Why
from app.web.showing import words


@pytest.mark.parametrize("why", list(Why))
def test_why_an_approval_does_not_count_is_said_in_words(why: Why) -> None:
    assert set(words.SET_ASIDE) == set(Why)
    assert " " in words.set_aside(why)


def test_what_somebody_has_to_do_is_written_without_dots_and_lines() -> None:
    action = {"who": "risk_compliance", "codes": ["risk_tier.below_floor", "approvals.vetoed"]}
    seat = {"who": "data_scientist", "codes": ["approvals.seat_open"]}

    assert words.each_need({"next_actions": [action, seat]}) == [
        "Risk compliance: approvals vetoed, risk tier below floor",
        "Data scientist: an approval",
    ]


@pytest.mark.parametrize(
    ("name", "written"),
    [("ada@acme.example", "ada<wbr>@acme.example"), ("ada", "ada"), ("<b>@x", "&lt;b&gt;<wbr>@x")],
)
def test_a_long_name_breaks_before_its_at_and_stays_text(name: str, written: str) -> None:
    assert words.person(name) == written


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 more policy_admin must agree", "1 more policy admin must agree"),
        ("policy_admin@acme.example objects", "policy_admin@acme.example objects"),
    ],
)
def test_an_obstacle_names_roles_as_people_do_and_people_as_they_are(text: str, said: str) -> None:
    assert words.obstacle(text) == said
