"""An emergency: the glass is broken, told, reviewed; and what nobody may do."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.adapters.engines.opa_wasm import OpaWasm
from app.api import contracts
from app.domain.caller import EVERYWHERE, Role
from app.domain.digest import Digest
from app.gate import enforce
from tests import house as houses
from tests.house import House

OTHER = {"weights": "cd" * 32}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> OpaWasm:
    rules = {
        "change.note_missing": {"level": "soft"},
        "approvals.seat_open": {"level": "emergency"},
    }
    profile = {**houses.DATA["profiles"]["production"]["limited"], "rules": rules}
    data = {**houses.DATA, "profiles": {"production": {"limited": profile}}}
    return houses.an_engine(tmp_path_factory.mktemp("policies") / "policies", data)


@pytest.fixture
def house(engine: OpaWasm, tmp_path: Path) -> House:
    return houses.a_house(engine, tmp_path)


def broken(
    house: House, release: str, name: str = "bea", *, hours: int = 4, stage: str = "production"
) -> TestResponse:
    body = {"release_digest": release, "stage": stage, "reason": "it leaks", "hours": hours}
    return house.ask(name, "POST", "/v1/break-glass", body)


def reviewed(house: House, glass: dict[str, Any], name: str = "gus") -> TestResponse:
    path = f"/v1/break-glass/{glass['glass_id']}/review"
    return house.ask(name, "POST", path, {"findings": "it was necessary"})


def an_emergency(house: House) -> tuple[str, dict[str, Any]]:
    release = house.submit()["release"]["digest"]
    answer = broken(house, release)
    assert answer.status_code == 201, answer.get_json()
    contracts.check("break_glass", answer.get_json())
    return release, answer.get_json()


def codes(decision: dict[str, Any]) -> set[str]:
    return {reason["code"] for reason in decision["reasons"]}


def test_an_emergency_lets_the_release_through_and_shows(house: House) -> None:
    _, glass = an_emergency(house)

    allowed = house.submit()

    contracts.check("decision", allowed)
    assert (allowed["outcome"], allowed["allowed_by_break_glass"]) == ("allow", True)
    assert {one["code"] for one in allowed["broken_glass"]} == {"approvals.seat_open"}
    assert allowed["allowed_until"] == glass["expires_at"]
    assert allowed["warnings"][0]["message"].startswith(f"glass broken, {glass['glass_id']}: ")


def test_an_emergency_is_told_at_once(house: House) -> None:
    _, glass = an_emergency(house)

    assert [alert["glass_id"] for alert in house.world.alerts] == [glass["glass_id"]]
    assert house.world.alerts[0]["reason"] == "it leaks"


def test_an_emergency_ends_at_the_second_and_so_does_its_allow(house: House) -> None:
    release, _ = an_emergency(house)
    house.submit()
    clock, ports = house.world.clock, house.world.ports

    clock.advance(4 * 3600 - 1)
    assert enforce.answer(Digest(release), "production", ports, EVERYWHERE).is_allowed
    clock.advance(1)

    assert not enforce.answer(Digest(release), "production", ports, EVERYWHERE).is_allowed
    house.person("sam", Role.SUBMITTER)
    assert codes(house.submit()) == {"approvals.review_owed", "approvals.seat_open"}


def test_no_other_release_passes_until_the_review_is_closed(house: House) -> None:
    _, glass = an_emergency(house)
    house.approve(house.submit(**OTHER)["release"]["digest"], "dora", "pia", "rita")

    assert codes(house.submit(**OTHER)) == {"approvals.review_owed"}
    closed = reviewed(house, glass).get_json()
    contracts.check("break_glass", closed)

    assert (closed["reviewed_by"], closed["findings"]) == ("gus", "it was necessary")
    assert house.submit(**OTHER)["outcome"] == "allow"


def test_another_model_owes_nothing(house: House) -> None:
    an_emergency(house)
    other = {"namespace": "acme", "name": "other", "version": "1.4.0"}

    assert "approvals.review_owed" not in codes(house.submit(model=other))


def test_a_review_ends_the_emergency(house: House) -> None:
    _, glass = an_emergency(house)

    reviewed(house, glass)

    assert house.submit()["outcome"] == "pending"


def test_a_hard_rule_is_not_let_through(house: House) -> None:
    release = house.submit(people={})["release"]["digest"]

    refused = broken(house, release)

    assert refused.status_code == 422
    assert "separation.people_unknown is hard" in refused.get_json()["detail"]


def test_what_is_allowed_needs_no_emergency(house: House) -> None:
    release = house.submit()["release"]["digest"]
    house.approve(release, "dora", "pia", "rita")
    house.submit()

    assert broken(house, release).status_code == 409


def test_an_emergency_is_of_hours_not_of_days(house: House) -> None:
    release = house.submit()["release"]["digest"]

    refused = broken(house, release, hours=25)

    assert (refused.status_code, refused.get_json()["pointer"]) == (422, "/hours")
    assert broken(house, release, hours=24).status_code == 201


@pytest.mark.parametrize("name", ["sam", "dora", "pia", "rita", "gus", "dan", "audrey"])
def test_only_the_named_role_breaks_the_glass(house: House, name: str) -> None:
    release = house.submit()["release"]["digest"]

    assert broken(house, release, name).status_code == 403


def test_nobody_breaks_the_glass_for_a_release_of_their_own(house: House) -> None:
    house.person("olga", Role.SUBMITTER, Role.BREAK_GLASS)
    release = house.submit("olga")["release"]["digest"]

    assert broken(house, release, "olga").status_code == 403


@pytest.mark.parametrize("name", ["bea", "sam", "dora", "pia", "rita", "dan", "audrey"])
def test_only_the_roles_of_policy_data_close_the_review(house: House, name: str) -> None:
    _, glass = an_emergency(house)

    assert reviewed(house, glass, name).status_code == 403


def test_nobody_reviews_an_emergency_of_their_own(house: House) -> None:
    house.person("bo", Role.BREAK_GLASS, Role.GOVERNANCE_LEAD)
    glass = broken(house, house.submit()["release"]["digest"], "bo").get_json()

    assert reviewed(house, glass, "bo").status_code == 403
    assert reviewed(house, glass).status_code == 201


def test_a_review_is_closed_once(house: House) -> None:
    _, glass = an_emergency(house)
    reviewed(house, glass)

    assert reviewed(house, glass).status_code == 409


@pytest.mark.parametrize(("release", "stage"), [("cd" * 32, "production"), (None, "staging")])
def test_what_was_not_submitted_there_has_no_emergency(
    house: House, release: str | None, stage: str
) -> None:
    submitted = house.submit()["release"]["digest"]

    assert broken(house, release or submitted, stage=stage).status_code == 404


def test_a_review_that_is_owed_waits_in_the_inbox_and_in_the_list(house: House) -> None:
    _, glass = an_emergency(house)

    inbox = house.ask("gus", "GET", "/v1/inbox").get_json()
    listed = house.ask("audrey", "GET", "/v1/break-glass?model=acme/scorer").get_json()

    contracts.check("inbox", inbox)
    contracts.check("break_glass_list", listed)
    assert [one["glass_id"] for one in inbox["reviews"]] == [glass["glass_id"]]
    assert [one["glass_id"] for one in listed["break_glass"]] == [glass["glass_id"]]
    assert house.ask("rita", "GET", "/v1/inbox").get_json()["reviews"] == []


def test_an_allow_by_waiver_lasts_no_longer_than_the_waiver(house: House) -> None:
    release = house.submit(change_note="")["release"]["digest"]
    house.approve(release, "dora", "pia", "rita")
    asked = {
        "codes": ["change.note_missing"],
        "model": "acme/scorer",
        "stage": "production",
        "reason": "it is in the ticket",
        "ticket": "OPS-1",
        "expires_at": house.rolls(minutes=5),
    }
    waiver = house.ask("sam", "POST", "/v1/waivers", asked).get_json()
    house.ask("gus", "POST", f"/v1/waivers/{waiver['waiver_id']}/approve", {})
    assert house.submit(change_note="")["allowed_until"] == waiver["expires_at"]
    ports = house.world.ports

    house.world.clock.advance(300)

    said = enforce.answer(Digest(release), "production", ports, EVERYWHERE)
    assert not said.is_allowed
    assert "rested on what is over" in said.message


def test_asking_again_with_the_same_key_breaks_and_reviews_once(house: House) -> None:
    release = house.submit()["release"]["digest"]
    body = {"release_digest": release, "stage": "production", "reason": "it leaks", "hours": 4}
    ask = partial(house.ask, "bea", "POST", "/v1/break-glass", body, key="k")
    made = [houses.recorded(ask()) for _ in range(2)]
    path = f"/v1/break-glass/{made[0]['glass_id']}/review"

    closed = [
        houses.recorded(house.ask("gus", "POST", path, {"findings": "fine"}, key="k"))
        for _ in range(2)
    ]

    assert made[0] == made[1]
    assert closed[0] == closed[1]
    assert len(house.world.alerts) == 1


def test_emergencies_are_asked_for_by_model_alone(house: House) -> None:
    assert house.ask("audrey", "GET", "/v1/break-glass?stage=production").status_code == 422
