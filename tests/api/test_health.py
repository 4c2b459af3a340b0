from __future__ import annotations

from app.api import contracts
from app.domain.caller import Role
from tests.api.conftest import Gate


def test_a_gate_whose_ports_all_work_is_ready(gate: Gate) -> None:
    answer = gate.ask("GET", "/readyz", role=None)

    assert (answer.status_code, answer.get_json()["status"]) == (200, "ready")
    contracts.check("health", answer.get_json())


def test_a_gate_names_the_port_that_does_not_work(gate: Gate) -> None:
    gate.world.engine.stop()

    answer = gate.ask("GET", "/readyz", role=None)

    assert answer.status_code == 503
    assert answer.get_json()["ports"]["policy_engine"].startswith("policy_engine_unavailable")
    assert answer.get_json()["ports"]["log"] == "ready"


def test_a_gate_that_cannot_decide_is_alive_all_the_same(gate: Gate) -> None:
    gate.world.stores.close()

    assert gate.ask("GET", "/livez", role=None).status_code == 200
    assert gate.ask("GET", "/readyz", role=None).status_code == 503


def test_requests_are_counted_by_route_and_not_by_address(gate: Gate) -> None:
    gate.submit()
    gate.ask("GET", "/v1/decisions/one")

    text = gate.ask("GET", "/metrics", Role.OPERATOR).text

    assert 'route="/v1/decisions/<decision_id>",status="404"' in text
    assert "/v1/decisions/one" not in text


def test_a_request_id_is_given_back(gate: Gate) -> None:
    answer = gate.ask("GET", "/livez", role=None, headers={"X-Request-Id": "build-12345"})

    assert answer.headers["X-Request-Id"] == "build-12345"


def test_a_request_id_that_could_forge_a_log_line_is_replaced(gate: Gate) -> None:
    answer = gate.ask("GET", "/livez", role=None, headers={"X-Request-Id": 'a"}{"b'})

    assert answer.headers["X-Request-Id"] != 'a"}{"b'
