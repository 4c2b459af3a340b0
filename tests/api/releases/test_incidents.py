from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.api import contracts
from app.domain.caller import Role
from tests.api.conftest import Gate
from tests.versions import digest, registered

DATA = {"model": "acme/scorer", "version": "1.0.0", "summary": "PSI is 0.31", "psi": 0.31}
EVENT = {
    "specversion": "1.0",
    "id": "alarm-7",
    "source": "https://drift.acme.example",
    "type": "com.acme.drift.detected",
    "traceparent": "00-1",
    "data": DATA,
}
STRUCTURED = "application/cloudevents+json"


@pytest.fixture(autouse=True)
def version(gate: Gate) -> None:
    registered(gate.world, "1.0.0")


def report(gate: Gate, role: Role = Role.DEPLOYER, **changes: Any) -> TestResponse:
    event = {**EVENT, **changes}
    return gate.ask("POST", "/v1/incidents", role, json=event, content_type=STRUCTURED)


def report_binary(gate: Gate, data: object = DATA, **changes: str) -> TestResponse:
    attributes = {name: str(value) for name, value in EVENT.items() if name != "data"} | changes
    headers = {f"ce-{name}": value for name, value in attributes.items() if value}
    return gate.ask("POST", "/v1/incidents", Role.DEPLOYER, json=data, headers=headers)


def state(gate: Gate) -> str:
    answer = gate.ask("GET", "/v1/models/acme/scorer/versions/1.0.0").get_json()
    told: str = answer["state"]
    return told


def test_an_event_puts_its_release_under_review(gate: Gate) -> None:
    answer = report(gate)

    contracts.check("mark", answer.get_json())
    assert (answer.status_code, answer.get_json()["reason"]) == (201, "PSI is 0.31")
    assert answer.get_json()["incident"].startswith("com.acme.drift.detected alarm-7 from https")
    assert state(gate) == "under_review"


def test_a_binary_event_says_the_same(gate: Gate) -> None:
    binary = report_binary(gate)

    assert binary.status_code == 201
    assert report(gate).get_json() == binary.get_json()


def test_an_event_that_comes_twice_is_one(gate: Gate) -> None:
    assert report(gate).get_json() == report(gate).get_json()


def test_the_same_event_with_another_story_is_refused(gate: Gate) -> None:
    report(gate)

    answer = report(gate, data={**DATA, "summary": "all is well"})

    assert answer.get_json()["code"] == "idempotency_conflict"


def test_another_event_is_another_entry(gate: Gate) -> None:
    first, second = report(gate).get_json(), report(gate, id="alarm-8").get_json()

    assert first["seq"] < second["seq"]


def test_an_event_may_name_the_bytes(gate: Gate) -> None:
    data = {"release_digest": digest("1.0.0"), "summary": "weights leaked"}

    assert report(gate, data=data).get_json()["versions"] == ["acme/scorer:1.0.0"]


def test_only_who_may_revoke_revokes_by_an_event(gate: Gate) -> None:
    data = {**DATA, "state": "revoked"}

    assert report(gate, Role.DEPLOYER, data=data).status_code == 403
    assert report(gate, Role.RISK_COMPLIANCE, data=data).get_json()["state"] == "revoked"


def test_an_event_about_nothing_known_is_404(gate: Gate) -> None:
    assert report(gate, data={**DATA, "version": "9.9.9"}).status_code == 404
    assert report(gate, data={"release_digest": "f" * 64, "summary": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"specversion": "0.3"}, "/specversion"),
        ({"id": ""}, "/id"),
        ({"data": {"summary": "about nothing"}}, "/data"),
        ({"data": {**DATA, "summary": " "}}, "/data/summary"),
        ({"data": {**DATA, "state": "clear"}}, "/data/state"),
    ],
)
def test_what_is_no_incident_is_refused_where_it_is_wrong(
    gate: Gate, changes: dict[str, Any], pointer: str
) -> None:
    answer = report(gate, **changes)

    assert (answer.status_code, answer.get_json()["pointer"]) == (422, pointer)
    assert state(gate) == "clear"


def test_a_binary_event_without_its_attributes_is_refused(gate: Gate) -> None:
    assert report_binary(gate, source="").status_code == 422
    assert report_binary(gate, id="").status_code == 422


def test_a_batch_of_events_is_refused(gate: Gate) -> None:
    batch = "application/cloudevents-batch+json"

    answer = gate.ask("POST", "/v1/incidents", Role.DEPLOYER, json=[EVENT], content_type=batch)

    assert answer.status_code == 415
