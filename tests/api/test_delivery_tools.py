"""Delivery tools ask in their own dialects: each template is tried on the tool's own rule."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from app.domain.caller import Role
from tests import delivery_clients as clients
from tests.api.conftest import Gate
from tests.delivery_clients import Told
from tests.repository import tree
from tests.worlds import World, a_world, allow, wants_a_data_scientist

UNKNOWN = "cd" * 32
Ask = Callable[..., Told]


def denies(document: Any) -> dict[str, Any]:
    """A policy that finds the metric too low."""
    reason = {
        "code": "evaluation.below_threshold",
        "at": "/evaluations/reports/0",
        "message": "accuracy on sciq is too low",
        "is_pending": False,
        "who": "data_scientist",
        "how": "train a better model",
    }
    return {**allow(document), "outcome": "deny", "reasons": [reason]}


POLICIES = {"allow": allow, "pending": wants_a_data_scientist, "deny": denies, "unknown": allow}


@pytest.fixture(params=POLICIES)
def outcome(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def a_gate(serve: Callable[[World], Gate], outcome: str) -> tuple[Gate, str]:
    """A gate that has decided so about a release, and the release's digest."""
    gate = serve(a_world(POLICIES[outcome]))
    digest = gate.submit().get_json()["release"]["digest"]
    return gate, UNKNOWN if outcome == "unknown" else digest


@pytest.fixture
def ask(serve: Callable[[World], Gate], outcome: str) -> Ask:
    """Ask a path of a gate that has decided so, as a deployer."""
    gate, release = a_gate(serve, outcome)

    def asking(path: str, method: str = "GET") -> Told:
        if "flagger" in path:
            metadata = {"stage": "production", "release": release}
            hook = {"name": "scorer", "namespace": "ml", "phase": "Progressing", "checksum": "1"}
            hook["metadata"] = metadata  # type: ignore[assignment]  # JSON of several types
            answer = gate.ask("POST", path, Role.DEPLOYER, json=hook)
        else:
            query = f"?release={release}&stage=production"
            answer = gate.ask(method, path + query, Role.DEPLOYER)
        return Told(answer.status_code, answer.get_json() or answer.text)

    return asking


BODY, STATUS = "/v1/enforcement/body", "/v1/enforcement/status"


def test_the_body_says_it_with_a_200_whatever_was_decided(ask: Ask, outcome: str) -> None:
    for method in ("GET", "POST"):
        told = ask(BODY, method)

        assert told.status == 200
        assert told.body["outcome"] == outcome
        assert told.body["allow"] is (outcome == "allow")


def test_the_status_says_it_and_the_body_says_why(ask: Ask, outcome: str) -> None:
    told = ask(STATUS, "POST")

    assert told.status == {"allow": 200, "pending": 409, "deny": 403, "unknown": 403}[outcome]
    assert told.body["message"].startswith(outcome)


def template(name: str) -> Any:
    return yaml.safe_load(tree.read(f"deploy/{name}"))


def test_flagger_goes_on_only_at_an_allow_and_shows_the_reason(ask: Ask, outcome: str) -> None:
    told = ask("/v1/enforcement/flagger/gate")

    assert clients.flagger_goes_on(told) is (outcome == "allow")
    assert told.body.startswith(outcome)
    assert told.status < 429, "a 5xx or 429 would lose the text"


def test_flagger_rolls_back_what_no_decision_lets_in(ask: Ask, outcome: str) -> None:
    told = ask("/v1/enforcement/flagger/rollback")

    assert clients.flagger_goes_on(told) is (outcome in {"deny", "unknown"})


def test_the_template_of_flagger_gives_the_inverted_hook_a_path_of_its_own() -> None:
    hooks = template("flagger/canary.yaml")["spec"]["analysis"]["webhooks"]
    paths = {hook["type"]: hook["url"].rpartition("/")[2] for hook in hooks}

    assert paths.pop("rollback") == "rollback"
    assert paths == dict.fromkeys(("confirm-rollout", "pre-rollout", "confirm-promotion"), "gate")
    assert all(set(hook["metadata"]) == {"stage", "release"} for hook in hooks)


def test_argo_rollouts_pauses_while_it_waits_and_fails_at_a_deny(ask: Ask, outcome: str) -> None:
    (metric,) = template("argo-rollouts/analysis-template.yaml")["spec"]["metrics"]
    assert BODY in metric["provider"]["web"]["url"]

    phase = clients.argo_rollouts(metric, ask(BODY))

    expected = {"allow": "Successful", "pending": "Inconclusive"}
    assert phase == expected.get(outcome, "Failed")


def test_kargo_polls_while_it_waits_and_fails_for_good_at_a_deny(ask: Ask, outcome: str) -> None:
    (step,) = template("kargo/promotion-steps.yaml")
    assert BODY in step["config"]["url"]

    assert clients.kargo(step["config"], ask(BODY)) == {
        "allow": "Succeeded",
        "pending": "Running",
    }.get(outcome, "Failed")
    assert step["config"]["errorExpression"] == "response.body.message"


def test_spinnaker_waits_and_then_stops_or_goes_on(ask: Ask, outcome: str) -> None:
    stage = json.loads(tree.read("deploy/spinnaker/webhook-stage.json"))
    assert BODY in stage["url"]

    status = clients.spinnaker(stage, lambda: ask(BODY, "POST"))

    assert status == {"allow": "SUCCEEDED", "pending": "RUNNING"}.get(outcome, "TERMINAL")


def test_jenkins_takes_nothing_but_an_allow(ask: Ask, outcome: str) -> None:
    jenkinsfile = tree.read("deploy/jenkins/Jenkinsfile")
    assert STATUS in jenkinsfile

    assert clients.jenkins_passes(jenkinsfile, ask(STATUS)) is (outcome == "allow")
    assert "consoleLogResponseBody: true" in jenkinsfile


def test_azure_takes_nothing_but_an_allow(ask: Ask, outcome: str) -> None:
    check = json.loads(tree.read("deploy/azure-devops/invoke-rest-api.json"))
    assert BODY in check["inputs"]["urlSuffix"]

    assert clients.azure(check, ask(BODY)) is (outcome == "allow")


def test_harness_takes_nothing_but_an_allow(ask: Ask, outcome: str) -> None:
    step = template("harness/http-step.yaml")[0]["step"]
    assert STATUS in step["spec"]["url"]

    assert clients.harness_passes(step, ask(STATUS)) is (outcome == "allow")
    assert isinstance(ask(STATUS).body["message"], str)


PATHS = (
    ("GET", BODY),
    ("POST", BODY),
    ("GET", STATUS),
    ("POST", STATUS),
    ("POST", "/v1/enforcement/flagger/gate"),
    ("POST", "/v1/enforcement/flagger/rollback"),
)


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_a_stranger_is_told_401_and_never_sent_elsewhere(
    gate: Gate, method: str, path: str
) -> None:
    for authorization in ("", "Bearer wrong", "Basic " + base64.b64encode(b"u:wrong").decode()):
        answer = gate.client.open(path, method=method, headers={"Authorization": authorization})

        assert answer.status_code == 401
        assert "Location" not in answer.headers


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_a_gate_that_cannot_answer_lets_nobody_go_on(gate: Gate, method: str, path: str) -> None:
    query = {"release": UNKNOWN, "stage": "production"}
    gate.world.stores.close()

    answer = gate.ask(
        method,
        path,
        Role.DEPLOYER,
        **({"json": {"metadata": query}} if "flagger" in path else {"query_string": query}),
    )

    assert answer.status_code == 503
    assert not clients.flagger_goes_on(Told(answer.status_code, None))


def test_a_token_may_stand_in_the_url_as_its_password(gate: Gate) -> None:
    password = base64.b64encode(f"any:{gate.tokens[Role.DEPLOYER]}".encode()).decode()
    headers = {"Authorization": f"Basic {password}"}
    query = {"release": UNKNOWN, "stage": "production"}

    assert gate.client.get(BODY, query_string=query, headers=headers).status_code == 200
    assert gate.client.get("/v1/decisions", headers=headers).status_code == 401


def test_a_digest_that_was_allowed_elsewhere_is_unknown_here(
    serve: Callable[[World], Gate],
) -> None:
    gate, release = a_gate(serve, "allow")

    answer = gate.ask("GET", f"{BODY}?release={release}&stage=staging", Role.DEPLOYER)

    assert answer.get_json()["outcome"] == "unknown"


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"release": UNKNOWN}, "/stage"),
        ({"stage": "production"}, "/release"),
        ({"stage": "production", "release": UNKNOWN, "reference": "oci://x/y"}, "/release"),
        ({"stage": "production", "release": "4f"}, "/release"),
        ({"stage": "production", "reference": "a b"}, "/reference"),
        ({"stage": ["staging", "production"], "release": UNKNOWN}, "/stage"),
        ({"stage": "production", "release": UNKNOWN, "tokne": "s3cret"}, ""),
    ],
)
def test_a_question_that_cannot_be_read_is_told_where(
    gate: Gate, query: dict[str, Any], pointer: str
) -> None:
    answer = gate.ask("GET", STATUS, Role.DEPLOYER, query_string=query)

    assert answer.status_code == 422
    assert answer.get_json()["pointer"] == pointer
    assert "s3cret" not in answer.text


@pytest.mark.parametrize(
    "path", [BODY, STATUS, "/v1/enforcement/flagger/gate", "/v1/enforcement/flagger/rollback"]
)
def test_a_method_that_asks_nothing_is_never_a_yes(gate: Gate, path: str) -> None:
    for method in ("OPTIONS", "PUT", "DELETE"):
        query = {"release": UNKNOWN, "stage": "production"}
        assert gate.ask(method, path, Role.DEPLOYER, query_string=query).status_code == 405


def test_an_answer_keeps_five_reasons_and_says_how_many_there_are(
    serve: Callable[[World], Gate],
) -> None:
    def denies_often(document: Any) -> dict[str, Any]:
        (reason,) = denies(document)["reasons"]
        reasons = [{**reason, "at": f"/evaluations/reports/{n}"} for n in range(9)]
        return {**denies(document), "reasons": reasons}

    gate = serve(a_world(denies_often))
    release = gate.submit().get_json()["release"]["digest"]

    told = gate.ask("GET", f"{BODY}?release={release}&stage=production", Role.DEPLOYER).get_json()

    assert (len(told["reasons"]), told["reasons_total"]) == (5, 9)
    assert told["url"].endswith(f"/v1/decisions/{told['decision_id']}")
