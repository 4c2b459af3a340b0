from __future__ import annotations

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from app.api import contracts
from app.domain.caller import Role
from tests.api.conftest import Gate, a_document
from tests.versions import digest, promoted
from tests.worlds import World, a_world, wants_a_data_scientist

STATE = "/v1/submissions/acme/scorer/1.4.0/production"
REPORT = {"files": [{"name": "results.json", "text": "{}"}]}


@pytest.fixture
def gate(serve: Callable[[World], Gate]) -> Gate:
    return serve(a_world(wants_a_data_scientist))


def submit(gate: Gate) -> TestResponse:
    return gate.ask("POST", "/v1/submissions", json=a_document())


def add(gate: Gate, **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return gate.ask("POST", f"{STATE}/additions", json={"evaluations": [REPORT]}, headers=named)


def test_a_submission_is_decided_and_says_what_it_waits_for(gate: Gate) -> None:
    made = submit(gate)

    state = gate.ask("GET", STATE, Role.PRODUCT_OWNER)

    contracts.check("decision", made.get_json())
    contracts.check("submission_state", state.get_json())
    assert (made.status_code, made.headers["ETag"]) == (201, state.headers["ETag"])
    assert [one["who"] for one in state.get_json()["missing"]] == ["data_scientist"]


def test_an_addition_is_decided_with_what_was_there(gate: Gate) -> None:
    first = submit(gate)

    second = add(gate, If_Match=first.headers["ETag"])
    late = add(gate, If_Match=first.headers["ETag"])

    assert (second.status_code, late.status_code) == (201, 412)
    assert len(second.get_json()["evidence"]["evaluations"]) == 1
    assert second.get_json()["release"] == first.get_json()["release"]


@pytest.mark.parametrize(
    ("addition", "pointer"),
    [
        ({}, ""),
        ({"stage": "dev"}, ""),
        ({"bundles": [{"name": "a"}]}, "/bundles/0"),
        ({"bundles": [{"name": "a", "sha256": "a" * 64}]}, "/bundles/0/sha256"),
    ],
)
def test_what_is_no_addition_is_refused_where_it_is_wrong(
    gate: Gate, addition: dict[str, object], pointer: str
) -> None:
    submit(gate)

    answer = gate.ask("POST", f"{STATE}/additions", json=addition)

    assert (answer.status_code, answer.get_json()["pointer"]) == (422, pointer)


def test_nothing_is_added_where_nothing_was_submitted(gate: Gate) -> None:
    assert add(gate).status_code == 404
    assert gate.ask("GET", STATE).status_code == 404


def test_a_release_is_shown_whole(serve: Callable[[World], Gate]) -> None:
    gate = serve(a_world())
    promoted(gate.world, "1.0.0")

    answer = gate.ask("GET", f"/v1/releases/{digest('1.0.0')}", Role.AUDITOR)

    contracts.check("release_state", answer.get_json())
    assert answer.get_json()["decided"][0]["is_live"] is True


def test_what_is_live_is_decided_again(serve: Callable[[World], Gate]) -> None:
    gate = serve(a_world())
    promoted(gate.world, "1.0.0")

    answer = gate.ask("POST", "/v1/reevaluations")

    contracts.check("reevaluation", answer.get_json())
    assert [one["is_changed"] for one in answer.get_json()["reevaluated"]] == [False]


@pytest.mark.parametrize(
    ("query", "status", "decided"),
    [
        ("limit=1", 200, 1),
        ("after=zz/z:staging", 200, 0),
        ("limit=0", 422, None),
        ("x=1", 422, None),
    ],
)
def test_what_is_live_is_decided_a_page_at_a_time(
    serve: Callable[[World], Gate], query: str, status: int, decided: int | None
) -> None:
    gate = serve(a_world())
    promoted(gate.world, "1.0.0")

    answer = gate.ask("POST", f"/v1/reevaluations?{query}")

    assert answer.status_code == status
    assert decided is None or len(answer.get_json()["reevaluated"]) == decided


def test_a_release_that_nobody_knows_is_404(gate: Gate) -> None:
    assert gate.ask("GET", f"/v1/releases/{'f' * 64}").status_code == 404
    assert gate.ask("GET", "/v1/releases/abc").status_code == 422
