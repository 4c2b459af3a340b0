"""Advice, dates and waivers take nothing away that they do not wholly rest on."""

from __future__ import annotations

import pytest

from tests.policy.deletion import deletions
from tests.policy.inputs import GONE, Document, a_waiver, an_input, edited
from tests.policy.opa import Policies

CODE = "change.note_missing"
FUTURE = "2027-01-01T00:00:00Z"


def _attached(**attachment: str) -> Document:
    profile = {"checks": ["approvals", "change"], "rules": {CODE: attachment}}
    return {"profiles": {"production": {"high": profile}}}


def _unnoted(**more: object) -> Document:
    return edited({**an_input(), **more}, {"/release/change_note": GONE})


def _without_a_field(policies: Policies, document: Document, data: Document) -> dict[str, str]:
    without = list(deletions(document))
    verdicts = policies.brought((changed, data) for _, changed in without)
    return {at: v["outcome"] for (at, _), v in zip(without, verdicts, strict=True)}


def test_a_waiver_covers_a_soft_rule_and_is_told(policies: Policies) -> None:
    verdict = policies.verdict(_unnoted(waivers=[a_waiver(CODE)]), _attached(level="soft"))

    assert verdict["outcome"] == "allow"
    assert [warning["code"] for warning in verdict["warnings"]] == [CODE]
    assert verdict["warnings"][0]["message"].startswith("waived by w-17: ")


def test_a_waiver_covers_no_hard_rule(policies: Policies) -> None:
    verdict = policies.verdict(_unnoted(waivers=[a_waiver(CODE)]), _attached(level="hard"))

    assert verdict["outcome"] == "deny"


def _of_the_model() -> Document:
    waiver = {**a_waiver(CODE), "model": "acme/scorer"}
    del waiver["release_digest"]
    return waiver


def test_a_waiver_of_the_model_covers_its_releases(policies: Policies) -> None:
    verdict = policies.verdict(_unnoted(waivers=[_of_the_model()]), _attached(level="soft"))

    assert verdict["outcome"] == "allow"
    assert verdict["waived"] == [{"code": CODE, "at": "/release/change_note", "waivers": ["w-17"]}]


@pytest.mark.parametrize("waiver", [a_waiver(CODE), _of_the_model()], ids=["release", "model"])
def test_no_field_of_a_waiver_can_be_missing(waiver: Document, policies: Policies) -> None:
    document = _unnoted(waivers=[waiver])

    outcomes = _without_a_field(policies, document, _attached(level="soft"))

    needed = {f"/waivers/0/{field}" for field in waiver}
    assert {at for at in needed if outcomes[at] != "deny"} == set()


@pytest.mark.parametrize(
    ("attachment", "outcome"),
    [
        ({"level": "advisory"}, "allow"),
        ({"effective_on": FUTURE}, "allow"),
        ({"level": "soft"}, "deny"),
        ({"level": "hard"}, "deny"),
    ],
    ids=str,
)
def test_what_an_attachment_does_to_a_denial(
    attachment: dict[str, str], outcome: str, policies: Policies
) -> None:
    assert policies.verdict(_unnoted(), _attached(**attachment))["outcome"] == outcome


def test_without_a_calendar_no_rule_waits_for_its_day(policies: Policies) -> None:
    document = edited(_unnoted(), {"/calendar": GONE})

    assert policies.verdict(document, _attached(effective_on=FUTURE))["outcome"] == "deny"


@pytest.mark.parametrize("level", ["soft", "hard"])
def test_deleting_a_field_never_waives(level: str, policies: Policies) -> None:
    expired = {**a_waiver(CODE), "expires_at": 1}

    outcomes = _without_a_field(policies, _unnoted(waivers=[expired]), _attached(level=level))

    assert {at for at, outcome in outcomes.items() if outcome != "deny"} == set()
