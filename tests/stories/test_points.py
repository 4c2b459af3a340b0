"""A rule that is attached more mildly to some points: told everywhere, no way round the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.adapters.engines.opa_wasm import OpaWasm
from app.api import contracts
from app.domain.caller import EVERYWHERE, Role
from app.domain.digest import Digest
from app.domain.enforcement.answer import Ruling
from app.gate import enforce
from tests import house as houses
from tests.house import House

CODE = "change.note_missing"
POINTS = {"admission": "advisory", "ci": "advisory"}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> OpaWasm:
    rules = {CODE: {"points": POINTS}}
    profile = {"checks": ["change"], "rules": rules}
    data = {**houses.DATA, "profiles": {"production": {"limited": profile}}}
    return houses.an_engine(tmp_path_factory.mktemp("policies") / "policies", data)


@pytest.fixture
def house(engine: OpaWasm, tmp_path: Path) -> House:
    house = houses.a_house(engine, tmp_path)
    house.person("lena", Role.SUBMITTER, Role.DEPLOYER)
    return house


def rehearsed(house: House, query: str = "", **more: Any) -> dict[str, Any]:
    submission = houses.a_submission(change_note="", **more)
    answer = house.ask("sam", "POST", f"/v1/rehearsals{query}", submission)
    assert answer.status_code == 200, answer.get_json()
    body: dict[str, Any] = answer.get_json()
    return body


def ruling(house: House, release: str) -> Ruling:
    ports = house.world.ports
    return enforce.answer(Digest(release), "production", ports, EVERYWHERE).ruling


def test_a_decision_is_the_strictest_and_tells_every_point(house: House) -> None:
    decision = house.submit(change_note="")

    contracts.check("decision", decision)
    assert decision["outcome"] == "deny"
    assert decision["points"] == {
        "ci": "allow",
        "promotion": "deny",
        "admission": "allow",
        "audit": "deny",
    }
    assert decision["reasons"][0]["points"] == ["promotion", "audit"]


def test_a_decision_that_is_the_same_at_all_points_says_no_more(house: House) -> None:
    assert "points" not in house.submit()


def test_a_deployer_is_answered_by_what_is_so_at_admission(house: House) -> None:
    release = house.submit(change_note="")["release"]["digest"]

    assert ruling(house, release) is Ruling.ALLOW


def test_a_version_is_promoted_by_what_is_so_at_promotion(house: House) -> None:
    decision = house.submit(change_note="")
    body = {"version": "1.4.0", "release_digest": decision["release"]["digest"]}
    versions = house.ask("lena", "POST", "/v1/models/acme/scorer/versions", body)
    assert versions.status_code == 201, versions.get_json()

    path = "/v1/models/acme/scorer/stages/production/promotions"
    refused = house.ask("lena", "POST", path, {"version": "1.4.0"})

    assert refused.status_code == 409
    assert "is deny" in refused.get_json()["detail"]


def test_a_rehearsal_at_a_point_tells_what_is_so_there(house: House) -> None:
    there = rehearsed(house, "?point=ci")

    contracts.check("decision", there)
    assert (there["outcome"], there["point"], there["reasons"]) == ("allow", "ci", [])
    assert [warning["code"] for warning in there["warnings"]] == [CODE]


@pytest.mark.parametrize("query", ["", "?point=promotion", "?point=audit"])
def test_a_rehearsal_elsewhere_or_nowhere_denies(house: House, query: str) -> None:
    assert rehearsed(house, query)["outcome"] == "deny"


def test_an_unknown_point_is_refused_with_those_there_are(house: House) -> None:
    answer = house.ask("sam", "POST", "/v1/rehearsals?point=cd", houses.a_submission())

    assert answer.status_code == 422
    assert "expected one of ci, promotion, admission, audit" in answer.get_json()["detail"]
