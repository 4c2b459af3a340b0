"""What clusters are given to ask the gate with: closed when it is down, asking at its routes."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import celpy
import kubernetes_validate  # type: ignore[import-untyped] # no types
import pytest
import yaml
from celpy.adapter import json_to_cel

from app.adapters.manifests.reader import KubernetesManifests
from app.domain.enforcement import key
from tests.repository import tree

FOLDER = "deploy/kubernetes"
FILES = tree.matching(f"{FOLDER}/*.yaml")
DOCUMENTS: list[dict[str, Any]] = [
    document for name in FILES for document in yaml.safe_load_all(tree.read(name))
]
SCHEMED = frozenset(
    {"v1", "apps/v1", "batch/v1", "admissionregistration.k8s.io/v1", "networking.k8s.io/v1"}
)
"""Versions of the API whose objects have their schema in the Kubernetes of this test."""
SEGMENT = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
REGO = """package releasedmodels

external_data(asked) = input.told { asked.provider == "countersign" }
"""


def the(kind: str) -> dict[str, Any]:
    (found,) = [document for document in DOCUMENTS if document["kind"] == kind]
    return found


def webhooks() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = the("ValidatingWebhookConfiguration")["webhooks"]
    return found


def test_every_object_says_what_it_is() -> None:
    for document in DOCUMENTS:
        assert document["apiVersion"]
        assert SEGMENT.fullmatch(document["metadata"]["name"])


def objects_of_kubernetes() -> Iterator[Any]:
    for name in tree.matching("deploy/*/*.yaml"):
        for number, document in enumerate(yaml.safe_load_all(tree.read(name))):
            if isinstance(document, dict) and document.get("apiVersion") in SCHEMED:
                yield pytest.param(document, id=f"{name}-{number}")


@pytest.mark.parametrize("version", ["1.31.0", "1.37.0"])
@pytest.mark.parametrize("document", list(objects_of_kubernetes()))
def test_an_object_has_the_fields_that_kubernetes_knows(
    document: dict[str, Any], version: str
) -> None:
    kubernetes_validate.validate(document, version, strict=True)


def test_an_object_with_a_field_too_many_is_noticed() -> None:
    document = {**the("Service"), "specs": {}}

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(document, "1.37.0", strict=True)


OLD = {"metadata": {}, "spec": {"a": 1}}
GOING = {"deletionTimestamp": "2026-11-24T12:00:00Z"}


@pytest.mark.parametrize("webhook", webhooks(), ids=lambda one: str(one["name"]))
@pytest.mark.parametrize(
    ("operation", "changed", "is_asked"),
    [
        ("CREATE", {}, True),
        ("UPDATE", {"spec": {"a": 2}}, True),
        ("UPDATE", {"spec": {"a": 1, "b": 2}}, True),
        ("UPDATE", {}, False),
        ("UPDATE", {"metadata": {"annotations": {"a": "b"}}}, False),
        ("UPDATE", {"metadata": GOING, "spec": {"a": 2}}, False),
        ("UPDATE", {"metadata": {"labels": GOING}, "spec": {"a": 2}}, True),
    ],
)
def test_a_webhook_is_asked_about_a_spec_that_is_new_or_has_changed(
    webhook: dict[str, Any], operation: str, changed: dict[str, Any], *, is_asked: bool
) -> None:
    old = None if operation == "CREATE" else OLD
    given = {"request": {"operation": operation}, "object": {**OLD, **changed}, "oldObject": old}
    variables = {name: json_to_cel(value) for name, value in given.items()}
    cel = celpy.Environment()
    conditions = [one["expression"] for one in webhook["matchConditions"]]

    held = [cel.program(cel.compile(text)).evaluate(variables) for text in conditions]

    assert all(held) is is_asked


@pytest.mark.parametrize("webhook", webhooks(), ids=lambda one: str(one["name"]))
def test_a_webhook_is_closed_while_the_gate_is_down(webhook: dict[str, Any]) -> None:
    assert webhook["failurePolicy"] == "Fail"
    assert webhook["sideEffects"] == "NoneOnDryRun"
    assert webhook["matchPolicy"] == "Equivalent"
    assert 1 <= webhook["timeoutSeconds"] <= 10
    assert webhook["admissionReviewVersions"] == ["v1"]
    assert "objectSelector" not in webhook


@pytest.mark.parametrize("webhook", webhooks(), ids=lambda one: str(one["name"]))
def test_a_webhook_asks_on_create_and_update_alone(webhook: dict[str, Any]) -> None:
    operations = {name for rule in webhook["rules"] for name in rule["operations"]}

    assert operations == {"CREATE", "UPDATE"}


def test_the_gate_is_exempt_by_a_name_that_nobody_can_put_on_a_namespace() -> None:
    (rule,) = webhooks()[0]["namespaceSelector"]["matchExpressions"]

    assert (rule["key"], rule["operator"]) == ("kubernetes.io/metadata.name", "NotIn")
    assert the("Namespace")["metadata"]["name"] in rule["values"]


def test_the_service_that_is_asked_is_the_gates() -> None:
    service = the("Service")
    for webhook in webhooks():
        asked = webhook["clientConfig"]["service"]
        assert asked["name"] == service["metadata"]["name"]
        assert asked["namespace"] == service["metadata"]["namespace"]
        assert asked["port"] == service["spec"]["ports"][0]["port"]
    url = f"https://{service['metadata']['name']}.{service['metadata']['namespace']}.svc:443PATH"
    assert the("Provider")["spec"]["url"] == url
    assert (
        the("ClusterPolicy")["spec"]["rules"][0]["context"][0]["apiCall"]["service"]["url"] == url
    )


def test_a_path_of_the_gate_is_one_that_an_api_server_takes() -> None:
    written = key.write("cs_01a20f39-e27e-7620-a68c-2af96c41349e_" + "aZ0_-" * 9)
    path = f"/v1/enforcement/kubernetes/admission/production/eu-1/{written}"

    assert all(SEGMENT.fullmatch(part) and len(part) <= 253 for part in path[1:].split("/"))


def test_whatever_runs_containers_is_asked_about() -> None:
    resources = {name for rule in webhooks()[0]["rules"] for name in rule["resources"]}

    assert resources >= {"pods", "deployments", "statefulsets", "jobs", "inferenceservices"}
    assert resources >= {"llminferenceservices", "rayservices", "models", "seldondeployments"}


def test_a_policy_of_kyverno_fails_when_the_gate_does() -> None:
    spec = the("ClusterPolicy")["spec"]
    (rule,) = spec["rules"]

    assert spec["webhookConfiguration"]["failurePolicy"] == "Fail"
    assert rule["validate"]["failureAction"] == "Enforce"
    assert all("default" not in entry["apiCall"] for entry in rule["context"])
    assert rule["validate"]["deny"]["conditions"]["any"] == [
        {"key": "{{ answer.allow }}", "operator": "NotEquals", "value": True}
    ]


def test_the_gate_runs_confined_and_names_no_model() -> None:
    pod = the("StatefulSet")["spec"]["template"]["spec"]
    (container,) = pod["containers"]

    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert KubernetesManifests().read(the("StatefulSet")).references == ()


URI = "s3://b/m"


@pytest.mark.parametrize(
    ("uri", "told", "says"),
    [
        (URI, {"responses": [[URI, "allow"]], "errors": [], "system_error": ""}, []),
        (URI, {"responses": [], "errors": [[URI, "deny: low"]], "system_error": ""}, ["deny: low"]),
        (URI, {"responses": [], "errors": [], "system_error": "down"}, ["down"]),
        (URI, None, ["could not be asked"]),
        ("", {"responses": [], "errors": [], "system_error": "down"}, []),
    ],
)
def test_gatekeepers_template_denies_whatever_was_not_let_in(
    uri: str, told: Any, says: list[str], opa_binary: Path, tmp_path: Path
) -> None:
    (target,) = the("ConstraintTemplate")["spec"]["targets"]
    (tmp_path / "template.rego").write_text(target["rego"])
    (tmp_path / "gatekeeper.rego").write_text(REGO)
    spec = {"predictor": {"sklearn": {"storageUri": uri}}}
    document: dict[str, Any] = {"review": {"object": {"spec": spec}}}
    if told is not None:
        document["told"] = told

    command = ["eval", "--v0-compatible", "--format=json", "--stdin-input", "--data", str(tmp_path)]
    asked = subprocess.run(  # noqa: S603 - the project's own OPA on files of this test
        [opa_binary, *command, "data.releasedmodels.violation"],
        input=json.dumps(document),
        capture_output=True,
        text=True,
        check=True,
    )

    (answer,) = json.loads(asked.stdout)["result"][0]["expressions"]
    messages = [one["msg"] for one in answer["value"]]
    assert len(messages) == len(says)
    assert all(text in message for text, message in zip(says, messages, strict=True))
