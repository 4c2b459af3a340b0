from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.adapters.engines import practice
from app.domain.approvals import waiver
from app.domain.approvals.waiver import IgnoredWaiver, Waiver, WaiverRequest, WaiverState
from app.domain.digest import Digest
from tests.builders import a_practice

DAY = 86400
SOFT = {"production": {"limited": {"rules": {"change.note_missing": {"level": "soft"}}}}}
PRACTICE = practice.read(a_practice({}, profiles=SOFT), "r1")


def a_waiver(**changes: Any) -> Waiver:
    asked = WaiverRequest(
        codes=("change.note_missing",),
        model="acme/scorer",
        release_digest=None,
        stage="production",
        reason="it is in the ticket",
        ticket="OPS-1",
        not_before=1_764_000_000,
        expires_at=1_764_000_000 + 90 * DAY,
    )
    made = Waiver(
        waiver_id="w-1",
        state=WaiverState.APPROVED,
        asked=replace(asked, **changes.pop("asked", {})),
        requested_by="sam",
        approved_by="gus",
        approved_as="governance_lead",
        revoked_by=None,
    )
    return replace(made, **changes)


def test_a_waiver_reads_back_as_it_was_written() -> None:
    for one in (a_waiver(), a_waiver(asked={"release_digest": Digest.of(b"x")})):
        assert waiver.read(waiver.written(one)) == one


@pytest.mark.parametrize(
    "field",
    sorted(waiver.written(a_waiver()).keys() - {"approved_by", "approved_as"}),
)
def test_an_entry_without_a_field_is_no_waiver(field: str) -> None:
    body = waiver.written(a_waiver())
    del body[field]

    assert isinstance(waiver.read(body), IgnoredWaiver)


@pytest.mark.parametrize(
    "changes",
    [
        {"codes": []},
        {"codes": "change.note_missing"},
        {"codes": [1]},
        {"expires_at": "never"},
        {"expires_at": 1},
        {"release_digest": "all"},
        {"state": "granted"},
    ],
    ids=str,
)
def test_an_entry_of_another_form_is_no_waiver(changes: dict[str, Any]) -> None:
    ignored = waiver.read({**waiver.written(a_waiver()), **changes})

    assert isinstance(ignored, IgnoredWaiver)
    assert ignored.waiver_id == "w-1"


def test_a_whole_waiver_has_no_fault() -> None:
    assert waiver.fault(a_waiver(), PRACTICE, "limited") is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"asked": {"codes": ("approvals.vetoed",)}}, "hard"),
        ({"asked": {"stage": "staging"}}, "hard"),
        ({"asked": {"expires_at": 1_764_000_000 + 90 * DAY + 1}}, "longer than 90 days"),
        ({"approved_as": "data_scientist"}, "may not approve"),
        ({"approved_by": "sam"}, "asked for it"),
        ({"approved_by": None}, "asked for it"),
    ],
    ids=str,
)
def test_what_policy_data_does_not_let_cover_is_told(changes: dict[str, Any], why: str) -> None:
    assert why in str(waiver.fault(a_waiver(**changes), PRACTICE, "limited"))


def test_a_rule_that_is_soft_in_another_tier_is_hard_in_this() -> None:
    assert "hard" in str(waiver.fault(a_waiver(), PRACTICE, "high"))
    assert waiver.fault(a_waiver(), PRACTICE, None) is None
