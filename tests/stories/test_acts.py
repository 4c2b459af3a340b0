"""Whatever people do that can change an outcome decides the release again, and tells how."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from app.adapters.engines.opa_wasm import OpaWasm
from app.api import contracts
from app.domain.caller import EVERYWHERE, Role
from app.domain.digest import Digest
from app.gate import enforce
from tests import house as houses
from tests.house import House

CODE = "change.note_missing"
RULES = {CODE: {"level": "soft"}, "approvals.seat_open": {"level": "emergency"}}
CHECKS = ["approvals", "change", "change_plan", "marks", "separation"]
OTHER: dict[str, Any] = {
    "weights": "cd" * 32,
    "model": {"namespace": "acme", "name": "scorer", "version": "1.5.0"},
}
EVERYBODY = ("dora", "pia", "rita")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> OpaWasm:
    profile = {"checks": CHECKS, "rules": RULES}
    data = {**houses.DATA, "profiles": {"production": {"limited": profile}}}
    return houses.an_engine(tmp_path_factory.mktemp("policies") / "policies", data)


@pytest.fixture
def house(engine: OpaWasm, tmp_path: Path) -> House:
    house = houses.a_house(engine, tmp_path)
    house.person("lead", Role.GOVERNANCE_LEAD)
    return house


def done(
    house: House, name: str, path: str, body: object = None, schema: str = ""
) -> dict[str, Any]:
    answer = house.ask(name, "POST", path, body or {})
    assert answer.status_code == 201, answer.get_json()
    made: dict[str, Any] = answer.get_json()
    contracts.check(schema, made)
    return made


def outcomes(made: Mapping[str, Any]) -> list[tuple[str, str]]:
    again = made["again"]
    assert (again["undecided"], again["is_complete"]) == ([], True)
    return [(one["version"], one["outcome"]) for one in again["decided"]]


def stands(house: House, decision: Mapping[str, Any]) -> bool:
    release = Digest(decision["release"]["digest"])
    return enforce.answer(release, "production", house.world.ports, EVERYWHERE).is_allowed


def unnoted(house: House, **changes: Any) -> dict[str, Any]:
    decision = house.submit(change_note="", **changes)
    house.approve(decision["release"]["digest"], *EVERYBODY)
    return decision


def waived(house: House, **changes: Any) -> dict[str, Any]:
    asked = {
        "codes": [CODE],
        "model": "acme/scorer",
        "stage": "production",
        "reason": "the note is in the ticket",
        "ticket": "OPS-1",
        "expires_at": house.rolls(days=2),
    }
    waiver = house.ask("sam", "POST", "/v1/waivers", {**asked, **changes}).get_json()
    assert "again" not in waiver
    return done(house, "gus", f"/v1/waivers/{waiver['waiver_id']}/approve", schema="waiver")


def broken(house: House, decision: Mapping[str, Any]) -> dict[str, Any]:
    digest = decision["release"]["digest"]
    body = {"release_digest": digest, "stage": "production", "reason": "it leaks", "hours": 4}
    return done(house, "bea", "/v1/break-glass", body, "break_glass")


def marked(house: House, decision: Mapping[str, Any], state: str) -> dict[str, Any]:
    path = f"/v1/releases/{decision['release']['digest']}/marks"
    return done(house, "lead", path, {"state": state, "reason": "drift"}, "mark")


def test_the_last_vote_and_its_withdrawal_tell_the_new_decisions(house: House) -> None:
    release = house.submit()["release"]["digest"]
    house.approve(release, "dora", "pia")

    last = house.vote("rita", release).get_json()
    contracts.check("approval", last)
    back = done(house, "rita", f"/v1/approvals/{last['approval_id']}/withdraw", schema="approval")

    assert outcomes(last) == [("1.4.0", "allow")]
    assert outcomes(back) == [("1.4.0", "pending")]


def test_a_decision_that_is_told_can_be_read(house: House) -> None:
    made = house.vote("rita", house.submit()["release"]["digest"]).get_json()
    (told,) = made["again"]["decided"]

    read = house.ask("rita", "GET", f"/v1/decisions/{told['decision_id']}").get_json()

    assert (read["outcome"], read["submitted_by"]) == (told["outcome"], "sam")


def test_a_comment_decides_nothing(house: House) -> None:
    release = house.submit()["release"]["digest"]

    made = house.vote("rita", release, "comment", comment="looked").get_json()

    assert outcomes(made) == []


def test_an_approved_waiver_lets_one_release_pass_at_once(house: House) -> None:
    denied, other = unnoted(house), unnoted(house, **OTHER)

    waiver = waived(house, release_digest=denied["release"]["digest"])

    assert outcomes(waiver) == [("1.4.0", "allow")]
    assert (stands(house, denied), stands(house, other)) == (True, False)


def test_a_waiver_of_a_model_lets_all_pass_that_it_held_up_and_touches_no_other(
    house: House,
) -> None:
    unnoted(house)
    unnoted(house, **OTHER)
    house.submit(weights="ef" * 32, model={**OTHER["model"], "version": "1.6.0"})

    assert outcomes(waived(house)) == [("1.4.0", "allow"), ("1.5.0", "allow")]


def test_what_rested_on_a_revoked_waiver_passes_no_more(house: House) -> None:
    decision = unnoted(house)
    waiver = waived(house)
    assert stands(house, decision)

    path = f"/v1/waivers/{waiver['waiver_id']}/revoke"
    revoked = done(house, "sam", path, schema="waiver")

    assert outcomes(revoked) == [("1.4.0", "deny")]
    assert not stands(house, decision)


def test_revoking_what_was_never_approved_decides_nothing(house: House) -> None:
    unnoted(house)
    waiver = waived(house, not_before=house.rolls(days=1))
    path = f"/v1/waivers/{waiver['waiver_id']}/revoke"

    assert outcomes(done(house, "sam", path, schema="waiver")) == []


def test_broken_glass_lets_its_release_pass_at_once_and_a_review_ends_that(house: House) -> None:
    decision = house.submit()

    glass = broken(house, decision)
    through = stands(house, decision)
    path = f"/v1/break-glass/{glass['glass_id']}/review"
    closed = done(house, "gus", path, {"findings": "needed"}, "break_glass")

    assert (outcomes(glass), through) == ([("1.4.0", "allow")], True)
    assert (outcomes(closed), stands(house, decision)) == ([("1.4.0", "pending")], False)


def test_what_waited_for_a_review_passes_when_it_is_closed(house: House) -> None:
    glass = broken(house, house.submit())
    waits = house.submit(**OTHER)
    house.approve(waits["release"]["digest"], *EVERYBODY)
    path = f"/v1/break-glass/{glass['glass_id']}/review"

    closed = done(house, "gus", path, {"findings": "needed"}, "break_glass")

    assert outcomes(closed) == [("1.4.0", "pending"), ("1.5.0", "allow")]
    assert stands(house, waits)


def test_a_revoked_release_is_denied_in_the_record_too(house: House) -> None:
    decision = house.submit()
    house.approve(decision["release"]["digest"], *EVERYBODY)

    assert outcomes(marked(house, decision, "revoked")) == [("1.4.0", "deny")]


def test_a_release_under_review_keeps_its_allow_and_one_that_is_clear_again_passes(
    house: House,
) -> None:
    decision = house.submit()
    house.approve(decision["release"]["digest"], *EVERYBODY)

    assert outcomes(marked(house, decision, "under_review")) == []
    assert stands(house, decision)
    assert house.submit()["outcome"] == "pending"
    assert outcomes(marked(house, decision, "clear")) == [("1.4.0", "allow")]
