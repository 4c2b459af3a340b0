from __future__ import annotations

from typing import Any

import pytest

from app.api import contracts
from app.domain.caller import Role
from app.gate.people import invitations
from tests.api.conftest import Gate

ASKED: dict[str, Any] = {"name": "ada", "roles": ["data_scientist"], "projects": ["acme"]}
PASSWORD = "correct horse battery"


def test_an_operator_adds_a_user_who_sets_the_password(gate: Gate) -> None:
    answer = gate.ask("POST", "/v1/users", Role.OPERATOR, json=ASKED)

    assert answer.status_code == 201
    contracts.check("invitation", answer.get_json())
    who = invitations.accept(answer.get_json()["code"], "", PASSWORD, gate.world.ports)
    assert (who.subject, who.scope.projects) == ("local:ada", frozenset({"acme"}))


def test_users_are_listed_and_disabled(gate: Gate) -> None:
    gate.ask("POST", "/v1/users", Role.OPERATOR, json=ASKED)

    ended = gate.ask("POST", "/v1/users/ada/disable", Role.OPERATOR)
    listed = gate.ask("GET", "/v1/users", Role.OPERATOR)

    contracts.check("user", ended.get_json())
    contracts.check("user_list", listed.get_json())
    assert [(one["name"], one["state"]) for one in listed.get_json()["users"]] == [
        ("ada", "disabled")
    ]


def test_a_user_is_invited_again(gate: Gate) -> None:
    first = gate.ask("POST", "/v1/users", Role.OPERATOR, json=ASKED).get_json()

    again = gate.ask("POST", "/v1/users/ada/invite", Role.OPERATOR)

    assert again.status_code == 201
    assert again.get_json()["code"] != first["code"]


@pytest.mark.parametrize("what", ["invite", "disable"])
def test_nobody_of_that_name_is_not_found(gate: Gate, what: str) -> None:
    assert gate.ask("POST", f"/v1/users/nobody/{what}", Role.OPERATOR).status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"name": "Ada"}, 422),
        ({"name": ""}, 422),
        ({"roles": []}, 422),
        ({"roles": ["operator", "governance_lead"]}, 403),
        ({"projects": []}, 422),
        ({"password": PASSWORD}, 422),
    ],
)
def test_a_user_that_should_not_be_is_refused(
    gate: Gate, change: dict[str, Any], status: int
) -> None:
    answer = gate.ask("POST", "/v1/users", Role.OPERATOR, json={**ASKED, **change})

    assert answer.status_code == status


def test_a_name_that_is_taken_is_refused(gate: Gate) -> None:
    gate.ask("POST", "/v1/users", Role.OPERATOR, json=ASKED)

    answer = gate.ask("POST", "/v1/users", Role.OPERATOR, json=ASKED)

    assert (answer.status_code, answer.get_json()["pointer"]) == (422, "/name")


ROLES = {"roles": ["risk_compliance"], "projects": ["acme"]}


def change(gate: Gate, asked: Any = ROLES, **headers: Any) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return gate.ask("PUT", "/v1/users/ada/roles", Role.OPERATOR, json=asked, headers=named)


def etag(gate: Gate) -> str:
    return str(gate.ask("GET", "/v1/users/ada", Role.OPERATOR).headers["ETag"])


def test_a_user_is_given_other_roles(gate: Gate) -> None:
    gate.ask("POST", "/v1/users", Role.OPERATOR, json=ASKED)

    answer = change(gate, If_Match=etag(gate))

    contracts.check("user", answer.get_json())
    assert (answer.status_code, answer.get_json()["roles"]) == (200, ["risk_compliance"])
    assert answer.headers["ETag"] == etag(gate)


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 428, "precondition_required"),
        ({"If_Match": '"0"'}, 412, "precondition_failed"),
        ({"If_None_Match": "*"}, 412, "precondition_failed"),
        ({"If_Match": "0"}, 422, "invalid_submission"),
    ],
)
def test_a_change_of_roles_rests_on_what_was_seen(
    gate: Gate, headers: dict[str, str], status: int, code: str
) -> None:
    gate.ask("POST", "/v1/users", Role.OPERATOR, json=ASKED)

    answer = change(gate, **headers)

    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert gate.ask("GET", "/v1/users/ada", Role.OPERATOR).get_json()["roles"] == ASKED["roles"]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"roles": []}, 422),
        ({"roles": ["king"]}, 422),
        ({**ROLES, "name": "ada"}, 422),
        ({"roles": ["operator", "governance_lead"]}, 403),
    ],
)
def test_roles_that_should_not_be_are_refused(
    gate: Gate, asked: dict[str, Any], status: int
) -> None:
    gate.ask("POST", "/v1/users", Role.OPERATOR, json=ASKED)

    assert change(gate, asked, If_Match=etag(gate)).status_code == status


def test_who_is_disabled_or_not_there_is_given_no_roles(gate: Gate) -> None:
    assert change(gate, If_Match='"0"').status_code == 404
    gate.ask("POST", "/v1/users", Role.OPERATOR, json=ASKED)
    gate.ask("POST", "/v1/users/ada/disable", Role.OPERATOR)
    assert change(gate, If_Match=etag(gate)).status_code == 409
