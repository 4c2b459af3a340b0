"""The protocols of clusters: what is asked, by whom, and what is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.api import contracts
from app.domain.caller import Role
from app.domain.enforcement import key
from app.domain.entry import Kind
from app.domain.errors import StoreError
from tests.api.conftest import Gate
from tests.api.test_delivery_tools import denies
from tests.worlds import World, a_world, wants_a_data_scientist

AT = "/v1/enforcement/kubernetes"
URI = "s3://models/scorer"
OBJECT = {
    "apiVersion": "serving.kserve.io/v1beta1",
    "kind": "InferenceService",
    "metadata": {"name": "scorer", "namespace": "team-a"},
    "spec": {"predictor": {"sklearn": {"storageUri": URI}}},
}
SENT_BY_THE_API_SERVER = {
    "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
    "kind": {"group": "serving.kserve.io", "version": "v1beta1", "kind": "InferenceService"},
    "resource": {
        "group": "serving.kserve.io",
        "version": "v1beta1",
        "resource": "inferenceservices",
    },
    "requestKind": {"group": "serving.kserve.io", "version": "v1beta1", "kind": "InferenceService"},
    "name": "scorer",
    "namespace": "team-a",
    "operation": "CREATE",
    "userInfo": {"username": "ann", "groups": ["system:authenticated"], "extra": {"a": ["b"]}},
    "object": OBJECT,
    "oldObject": None,
    "dryRun": False,
    "options": {"kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1"},
}


def a_review(**changes: Any) -> dict[str, Any]:
    request = {**SENT_BY_THE_API_SERVER, **changes}
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}


def post(gate: Gate, protocol: str, body: Any, role: Role | None = Role.DEPLOYER) -> TestResponse:
    return gate.ask("POST", f"{AT}/{protocol}/production/eu-1", role, json=body)


def reviewed(gate: Gate, **changes: Any) -> dict[str, Any]:
    answer = post(gate, "admission", a_review(**changes))
    assert answer.status_code == 200
    contracts.check("admission_reviewed", answer.get_json())
    response: dict[str, Any] = answer.get_json()["response"]
    return response


@pytest.fixture
def released(gate: Gate) -> Gate:
    gate.submit(references=[URI])
    return gate


def test_a_released_model_is_let_in(released: Gate) -> None:
    response = reviewed(released)

    assert (response["uid"], response["allowed"]) == (SENT_BY_THE_API_SERVER["uid"], True)
    assert "status" not in response
    assert response["warnings"] == [f"{URI} is not pinned: its bytes can change"]
    assert response["auditAnnotations"]["outcome"] == "allow"


def test_a_refusal_is_a_200_with_the_reason_where_kubectl_shows_it(gate: Gate) -> None:
    response = reviewed(gate)

    assert not response["allowed"]
    assert response["status"]["code"] == 403
    assert response["status"]["message"].startswith(f"unknown: {URI} pins no digest")


def test_what_waits_says_for_whom(serve: Callable[[World], Gate]) -> None:
    gate = serve(a_world(wants_a_data_scientist))
    gate.submit(references=[URI])

    message = reviewed(gate)["status"]["message"]

    assert message.startswith("pending: acme/scorer 1.4.0 for production: approvals.seat_open")
    assert "next: data_scientist: approve the release" in message


def test_a_gate_that_cannot_tell_says_so_with_a_200(released: Gate) -> None:
    token = released.tokens[Role.DEPLOYER]
    released.world.ports.log.at_place = _broken  # type: ignore[method-assign,assignment] # it fails
    headers = {"Authorization": f"Bearer {token}"}
    path = f"{AT}/admission/production/eu-1"

    response = released.client.post(path, json=a_review(), headers=headers).get_json()["response"]

    assert (response["allowed"], response["status"]["code"]) == (False, 503)


def _broken(_: str) -> Any:
    raise StoreError("the disk is full")


def test_a_replayed_review_is_answered_anew_and_recorded_once(released: Gate) -> None:
    assert reviewed(released) == reviewed(released)

    page = released.world.ports.log.page(Kind.ADMISSION, before=None, limit=10)
    assert len(page.entries) == 1


def test_nobody_asks_without_a_token(released: Gate) -> None:
    assert post(released, "admission", a_review(), role=None).status_code == 401


def test_a_key_in_the_path_is_a_token(released: Gate) -> None:
    path = f"{AT}/admission/production/eu-1/{key.write(released.tokens[Role.DEPLOYER])}"

    assert released.client.post(path, json=a_review()).get_json()["response"]["allowed"]


@pytest.mark.parametrize("forged", ["nobodys", key.write("cs_unknown_" + "s" * 43), "a" * 60])
def test_a_forged_key_is_nobody(released: Gate, forged: str) -> None:
    answer = released.client.post(f"{AT}/admission/production/eu-1/{forged}", json=a_review())

    assert answer.status_code == 401
    assert forged not in answer.get_data(as_text=True)


def test_a_key_opens_no_other_route(released: Gate) -> None:
    path = f"/v1/decisions?key={key.write(released.tokens[Role.DEPLOYER])}"

    assert released.client.get(path).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"apiVersion": "admission.k8s.io/v1beta1", "kind": "AdmissionReview", "request": {}},
        {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"},
        a_review(uid=""),
        a_review(operation="PATCH"),
        a_review(object="text"),
    ],
)
def test_what_is_no_review_is_a_400(gate: Gate, body: Any) -> None:
    assert post(gate, "admission", body).status_code == 400


@pytest.mark.parametrize("place", ["Production/eu-1", "production/eu 1"])
def test_a_stage_and_a_cluster_have_names(gate: Gate, place: str) -> None:
    answer = gate.ask("POST", f"{AT}/admission/{place}", Role.DEPLOYER, json=a_review())

    assert answer.status_code == 404


def test_a_deletion_and_an_unchanged_update_pass(gate: Gate) -> None:
    assert reviewed(gate, operation="DELETE", object=None, oldObject=OBJECT)["allowed"]
    assert reviewed(gate, operation="UPDATE", oldObject=OBJECT)["allowed"]


def test_a_dry_run_leaves_no_entry(released: Gate) -> None:
    assert reviewed(released, dryRun=True)["allowed"]

    page = released.world.ports.log.page(Kind.ADMISSION, before=None, limit=10)
    assert page.entries == ()


def provided(gate: Gate, *keys: str) -> dict[str, Any]:
    body = {
        "apiVersion": "externaldata.gatekeeper.sh/v1beta1",
        "kind": "ProviderRequest",
        "request": {"keys": list(keys)},
    }
    answer = post(gate, "gatekeeper", body)
    assert answer.status_code == 200
    contracts.check("gatekeeper_response", answer.get_json())
    response: dict[str, Any] = answer.get_json()["response"]
    return response


def test_gatekeeper_gets_a_value_for_what_is_let_in_and_an_error_for_what_is_not(
    released: Gate,
) -> None:
    let_in, refused, none = provided(released, URI, "s3://models/other", "a b")["items"]

    assert let_in == {"key": URI, "value": "allow: acme/scorer 1.4.0 for production"}
    assert refused["error"].startswith("unknown: s3://models/other pins no digest")
    assert none["error"].startswith("unknown: expected a reference")


def test_gatekeeper_is_told_that_not_all_keys_were_answered(released: Gate) -> None:
    response = provided(released, *(f"s3://models/{number}" for number in range(201)))

    assert "more than 200 keys" in response["systemError"]


def called(gate: Gate, **members: Any) -> dict[str, Any]:
    answer = post(gate, "kyverno", members)
    assert answer.status_code == 200
    contracts.check("kyverno_answer", answer.get_json())
    told: dict[str, Any] = answer.get_json()
    return told


def test_kyverno_gets_a_flat_answer(released: Gate) -> None:
    assert called(released, object=OBJECT, namespace="team-a")["allow"] is True
    other = {**OBJECT, "spec": {"predictor": {"sklearn": {"storageUri": "s3://other"}}}}
    refused = called(released, object=other, operation="UPDATE", oldObject=OBJECT)
    assert (refused["allow"], refused["outcome"]) == (False, "unknown")
    assert refused["message"].startswith("unknown: s3://other pins no digest")


def test_kyverno_is_told_what_is_missing(gate: Gate) -> None:
    assert post(gate, "kyverno", {"oldObject": OBJECT}).status_code == 400


@pytest.mark.parametrize(
    ("policy", "begins"),
    [
        (denies, "deny: acme/scorer 1.4.0 for production: evaluation.below_threshold"),
        (wants_a_data_scientist, "pending: acme/scorer 1.4.0 for production: approvals.seat_open"),
    ],
)
def test_gatekeeper_and_kyverno_hear_what_waits_and_what_was_denied(
    serve: Callable[[World], Gate], policy: Any, begins: str
) -> None:
    gate = serve(a_world(policy))
    gate.submit(references=[URI])

    (item,) = provided(gate, URI)["items"]
    told = called(gate, object=OBJECT, namespace="team-a")

    assert (item["error"][: len(begins)], "value" in item) == (begins, False)
    assert (told["allow"], told["outcome"]) == (False, begins.partition(":")[0])
    assert told["message"].startswith(begins)


def test_gatekeeper_and_kyverno_hear_that_the_gate_cannot_tell(released: Gate) -> None:
    asked = {"apiVersion": "externaldata.gatekeeper.sh/v1beta1", "kind": "ProviderRequest"}
    headers = {"Authorization": f"Bearer {released.tokens[Role.DEPLOYER]}"}
    released.world.ports.log.at_place = _broken  # type: ignore[method-assign,assignment] # it fails

    def ask(protocol: str, body: Any) -> Any:
        path = f"{AT}/{protocol}/production/eu-1"
        answer = released.client.post(path, json=body, headers=headers)
        assert answer.status_code == 200
        return answer.get_json()

    (item,) = ask("gatekeeper", {**asked, "request": {"keys": [URI]}})["response"]["items"]
    told = ask("kyverno", {"object": OBJECT})

    assert item == {"key": URI, "error": "unknown: the disk is full"}
    assert (told["allow"], told["outcome"]) == (False, "unknown")


@pytest.mark.parametrize("protocol", ["admission", "gatekeeper", "kyverno"])
def test_a_key_of_somebody_else_is_nobody_in_every_protocol(released: Gate, protocol: str) -> None:
    forged = key.write("cs_unknown_" + "s" * 43)
    path = f"{AT}/{protocol}/production/eu-1/{forged}"

    assert released.client.post(path, json=a_review()).status_code == 401
    auditors = key.write(released.tokens[Role.AUDITOR])
    path = f"{AT}/{protocol}/production/eu-1/{auditors}"
    assert released.client.post(path, json=a_review()).status_code == 403
