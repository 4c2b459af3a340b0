"""The gate as a Policy Decision Point, asked as AuthZEN 1.0 asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.domain.caller import Role
from tests.api.conftest import Gate
from tests.api.test_delivery_tools import UNKNOWN, a_gate
from tests.worlds import World

ONE, MANY = "/access/v1/evaluation", "/access/v1/evaluations"


def an_evaluation(release: str, **changes: Any) -> dict[str, Any]:
    return {
        "subject": {"type": "workload", "id": "spiffe://acme/deployer"},
        "action": {"name": "release.deploy"},
        "resource": {"type": "model_release", "id": release},
        "context": {"stage": "production"},
        **changes,
    }


def evaluated(gate: Gate, path: str, document: Any) -> Any:
    answer = gate.ask("POST", path, Role.DEPLOYER, json=document)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


@pytest.mark.parametrize("outcome", ["allow", "pending", "deny", "unknown"])
def test_only_an_allow_is_a_yes_and_the_context_says_the_rest(
    serve: Callable[[World], Gate], outcome: str
) -> None:
    gate, release = a_gate(serve, outcome)

    told = evaluated(gate, ONE, an_evaluation(release))

    assert told["decision"] is (outcome == "allow")
    assert told["context"]["outcome"] == outcome
    assert told["context"]["reason_user"]["en"].startswith(outcome)


def test_the_stage_may_stand_with_the_resource(serve: Callable[[World], Gate]) -> None:
    gate, release = a_gate(serve, "allow")
    resource = {"type": "model_release", "id": release, "properties": {"stage": "production"}}
    asked = an_evaluation(release, resource=resource)
    del asked["context"]

    assert evaluated(gate, ONE, asked)["decision"] is True
    resource["properties"] = {"stage": "staging"}
    assert evaluated(gate, ONE, asked)["decision"] is False


@pytest.mark.parametrize(
    "changes",
    [
        {"action": {"name": "release.delete"}},
        {"resource": {"type": "container", "id": UNKNOWN}},
        {"resource": {"type": "model_reference", "id": "s3://models/scorer"}},
    ],
)
def test_what_this_gate_does_not_answer_is_a_no(
    serve: Callable[[World], Gate], changes: dict[str, Any]
) -> None:
    gate, release = a_gate(serve, "allow")

    told = evaluated(gate, ONE, an_evaluation(release, **changes))

    assert told["decision"] is False
    assert told["context"]["reason_admin"]["en"]


def test_members_that_nobody_knows_are_ignored(serve: Callable[[World], Gate]) -> None:
    gate, release = a_gate(serve, "allow")

    assert evaluated(gate, ONE, an_evaluation(release, later={"a": 1}))["decision"] is True


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"subject": {"type": "user"}}, "/subject"),
        ({"action": {}}, "/action"),
        ({"resource": {"type": "model_release", "id": 7}}, "/resource/id"),
        ({"resource": {"type": "model_release", "id": "short"}}, "/resource/id"),
        ({"context": {}}, "/context/stage"),
        ({"context": {"stage": ["production"]}}, "/context/stage"),
    ],
)
def test_a_request_that_lacks_what_is_required_is_400_with_a_pointer(
    gate: Gate, changes: dict[str, Any], pointer: str
) -> None:
    answer = gate.ask("POST", ONE, Role.DEPLOYER, json=an_evaluation(UNKNOWN, **changes))

    assert (answer.status_code, answer.get_json()["pointer"]) == (400, pointer)


def three(release: str, semantic: str | None = None) -> dict[str, Any]:
    """Unknown, allowed, unknown; subject, action and context stand above as defaults."""
    document = an_evaluation(release)
    document.pop("resource")
    ids = (UNKNOWN, release, UNKNOWN)
    document["evaluations"] = [{"resource": {"type": "model_release", "id": id_}} for id_ in ids]
    return (
        document
        if semantic is None
        else {**document, "options": {"evaluations_semantic": semantic}}
    )


@pytest.mark.parametrize(
    ("semantic", "decisions"),
    [
        (None, [False, True, False]),
        ("execute_all", [False, True, False]),
        ("deny_on_first_deny", [False]),
        ("permit_on_first_permit", [False, True]),
    ],
)
def test_several_are_answered_in_order_up_to_where_the_semantic_ends(
    serve: Callable[[World], Gate], semantic: str | None, decisions: list[bool]
) -> None:
    gate, release = a_gate(serve, "allow")

    told = evaluated(gate, MANY, three(release, semantic))["evaluations"]

    assert [one["decision"] for one in told] == decisions


def test_an_error_of_one_evaluation_is_told_with_it_and_is_a_no(
    serve: Callable[[World], Gate],
) -> None:
    gate, release = a_gate(serve, "allow")
    asked = three(release)
    asked["evaluations"][0] = {"resource": {"type": "model_release"}}

    told = evaluated(gate, MANY, asked)["evaluations"]

    assert told[0]["decision"] is False
    assert told[0]["context"]["error"]["status"] == 400
    assert told[1]["decision"] is True


def test_without_evaluations_it_is_one_evaluation(serve: Callable[[World], Gate]) -> None:
    gate, release = a_gate(serve, "allow")

    assert evaluated(gate, MANY, an_evaluation(release, evaluations=[]))["decision"] is True


def test_a_semantic_that_nobody_knows_is_400(gate: Gate) -> None:
    answer = gate.ask("POST", MANY, Role.DEPLOYER, json=three(UNKNOWN, "allow_all"))

    assert answer.status_code == 400


@pytest.mark.parametrize("path", [ONE, MANY])
def test_a_gate_that_cannot_answer_is_an_error_and_no_decision(gate: Gate, path: str) -> None:
    gate.world.stores.close()

    answer = gate.ask("POST", path, Role.DEPLOYER, json=an_evaluation(UNKNOWN))

    assert answer.status_code == 503
    assert "decision" not in answer.get_json()


def test_the_request_id_comes_back(gate: Gate) -> None:
    headers = {"X-Request-ID": "bfe9eb29-ab87-4ca3-be83-a1d5d8305716"}

    answer = gate.ask("POST", ONE, Role.DEPLOYER, json=an_evaluation(UNKNOWN), headers=headers)

    assert answer.headers["X-Request-ID"] == headers["X-Request-ID"]


def test_the_metadata_tells_where_to_ask_and_needs_no_token(gate: Gate) -> None:
    told = gate.ask("GET", "/.well-known/authzen-configuration", role=None).get_json()

    point = told["policy_decision_point"]
    assert told["access_evaluation_endpoint"] == point + ONE
    assert told["access_evaluations_endpoint"] == point + MANY
