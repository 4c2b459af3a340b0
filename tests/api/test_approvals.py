from __future__ import annotations

from collections.abc import Callable

import pytest

from app.api import contracts
from app.domain.caller import Role
from tests.api.conftest import Gate
from tests.worlds import World, a_world, wants_a_data_scientist


@pytest.fixture
def gate(serve: Callable[[World], Gate]) -> Gate:
    return serve(a_world(wants_a_data_scientist))


def vote(gate: Gate, release: str, said: str = "approve", role: Role = Role.DATA_SCIENTIST) -> str:
    answer = gate.ask("POST", "/v1/approvals", role, json={"release_digest": release, "vote": said})
    assert answer.status_code == 201
    contracts.check("approval", answer.get_json())
    approval_id: str = answer.get_json()["approval_id"]
    return approval_id


def test_an_approval_of_the_digest_lets_the_release_pass(gate: Gate) -> None:
    pending = gate.submit().get_json()

    vote(gate, pending["release"]["digest"])

    assert pending["outcome"] == "pending"
    assert gate.submit().get_json()["outcome"] == "allow"


def outcomes(gate: Gate) -> list[str]:
    answer = gate.ask("GET", "/v1/decisions", Role.AUDITOR)
    return [decision["outcome"] for decision in answer.get_json()["decisions"]]


def test_a_vote_decides_the_release_again_and_nobody_has_to_submit_it_anew(gate: Gate) -> None:
    release = gate.submit().get_json()["release"]["digest"]

    approval_id = vote(gate, release)
    after = outcomes(gate)
    gate.ask("POST", f"/v1/approvals/{approval_id}/withdraw", Role.DATA_SCIENTIST)

    assert after == ["allow", "pending"]
    assert outcomes(gate) == ["pending", "allow", "pending"]


def test_a_comment_decides_nothing_again(gate: Gate) -> None:
    release = gate.submit().get_json()["release"]["digest"]

    vote(gate, release, "comment")

    assert outcomes(gate) == ["pending"]


def test_a_vote_is_recorded_when_the_gate_cannot_decide_again(
    serve: Callable[[World], Gate],
) -> None:
    world = a_world(wants_a_data_scientist)
    gate = serve(world)
    release = gate.submit().get_json()["release"]["digest"]
    world.engine.stop()

    vote(gate, release)

    assert outcomes(gate) == ["pending"]


def test_an_approval_in_another_role_does_not(gate: Gate) -> None:
    release = gate.submit().get_json()["release"]["digest"]

    vote(gate, release, role=Role.PRODUCT_OWNER)

    assert gate.submit().get_json()["outcome"] == "pending"


def test_a_withdrawn_approval_lets_it_wait_again(gate: Gate) -> None:
    release = gate.submit().get_json()["release"]["digest"]
    approval_id = vote(gate, release)

    path = f"/v1/approvals/{approval_id}/withdraw"
    answer = gate.ask("POST", path, Role.DATA_SCIENTIST)

    assert (answer.status_code, answer.get_json()["vote"]) == (201, "withdrawn")
    assert gate.submit().get_json()["outcome"] == "pending"


def test_the_role_cannot_be_claimed_in_the_body(gate: Gate) -> None:
    release = gate.submit().get_json()["release"]["digest"]
    claim = {"release_digest": release, "vote": "approve", "role": "data_scientist"}

    answer = gate.ask("POST", "/v1/approvals", Role.PRODUCT_OWNER, json=claim)

    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid_submission")


def test_votes_are_listed_oldest_first(gate: Gate) -> None:
    release = gate.submit().get_json()["release"]["digest"]
    given = [vote(gate, release), vote(gate, release, "veto", Role.PRODUCT_OWNER)]

    answer = gate.ask("GET", f"/v1/approvals?release_digest={release}", Role.AUDITOR)

    assert [member["approval_id"] for member in answer.get_json()["approvals"]] == given
    contracts.check("approval_list", answer.get_json())


def test_votes_on_nothing_in_particular_are_not_listed(gate: Gate) -> None:
    assert gate.ask("GET", "/v1/approvals").status_code == 422
