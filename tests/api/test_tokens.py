from __future__ import annotations

from typing import Any

import pytest

from app.api import contracts
from app.domain.caller import Role
from tests.api.conftest import Gate

ASKED: dict[str, Any] = {
    "subject": "ada@acme.example",
    "roles": ["data_scientist"],
    "expires_in_days": 30,
}


def test_a_new_token_is_told_once_and_works(gate: Gate) -> None:
    answer = gate.ask("POST", "/v1/tokens", Role.OPERATOR, json=ASKED)

    contracts.check("token", answer.get_json())
    bearer = {"Authorization": f"Bearer {answer.get_json()['token']}"}
    assert gate.client.get("/v1/decisions", headers=bearer).status_code == 200


def test_a_token_holds_in_the_projects_and_on_the_stages_that_are_named(gate: Gate) -> None:
    scope = {"projects": ["acme"], "stages": ["staging"]}

    answer = gate.ask("POST", "/v1/tokens", Role.OPERATOR, json={**ASKED, **scope}).get_json()

    assert (answer["projects"], answer["stages"]) == (["acme"], ["staging"])


def test_a_token_without_a_scope_holds_everywhere(gate: Gate) -> None:
    answer = gate.ask("POST", "/v1/tokens", Role.OPERATOR, json=ASKED).get_json()

    assert (answer["projects"], answer["stages"]) == (["*"], ["*"])


def test_no_token_is_for_an_operator_who_approves(gate: Gate) -> None:
    both = {"roles": ["operator", "risk_compliance"]}

    answer = gate.ask("POST", "/v1/tokens", Role.OPERATOR, json={**ASKED, **both})

    assert answer.status_code == 403
    assert "at once" in answer.get_json()["detail"]


@pytest.mark.parametrize(
    "change",
    [
        {"roles": []},
        {"roles": ["god"]},
        {"roles": ["auditor", "auditor"]},
        {"projects": []},
        {"projects": ["acme/scorer"]},
        {"stages": []},
        {"stages": ["Production"]},
        {"expires_in_days": 0},
        {"expires_in_days": 367},
        {"subject": ""},
        {"subject": "a b"},
    ],
)
def test_a_token_that_should_not_be_is_refused(gate: Gate, change: dict[str, Any]) -> None:
    answer = gate.ask("POST", "/v1/tokens", Role.OPERATOR, json={**ASKED, **change})

    assert answer.status_code == 422


@pytest.mark.parametrize("subject", ["local:ada", "https://login.example.org#sub=ada"])
def test_no_token_makes_somebody_one_who_signs_in(gate: Gate, subject: str) -> None:
    answer = gate.ask("POST", "/v1/tokens", Role.OPERATOR, json={**ASKED, "subject": subject})

    assert answer.status_code == 422


def test_living_tokens_are_listed_without_their_secrets(gate: Gate) -> None:
    made = gate.ask("POST", "/v1/tokens", Role.OPERATOR, json=ASKED).get_json()

    answer = gate.ask("GET", "/v1/tokens", Role.OPERATOR)

    contracts.check("token_list", answer.get_json())
    (listed,) = [t for t in answer.get_json()["tokens"] if t["token_id"] == made["token_id"]]
    assert listed["subject"] == "ada@acme.example"
    assert b"s" * 43 not in answer.get_data()


def test_a_revoked_token_is_listed_no_longer_and_opens_nothing(gate: Gate) -> None:
    made = gate.ask("POST", "/v1/tokens", Role.OPERATOR, json=ASKED).get_json()
    path = f"/v1/tokens/{made['token_id']}/revoke"

    assert gate.ask("POST", path, Role.OPERATOR).status_code == 200

    listed = gate.ask("GET", "/v1/tokens", Role.OPERATOR).get_json()["tokens"]
    assert made["token_id"] not in [token["token_id"] for token in listed]
    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert gate.client.get("/v1/caller", headers=bearer).status_code == 401
    assert gate.ask("POST", path, Role.OPERATOR).status_code == 404


def test_a_caller_learns_who_they_are(gate: Gate) -> None:
    answer = gate.ask("GET", "/v1/caller", Role.AUDITOR).get_json()

    contracts.check("caller", answer)
    assert answer == {
        "subject": "auditor@acme.example",
        "roles": ["auditor"],
        "projects": ["*"],
        "stages": ["*"],
    }
