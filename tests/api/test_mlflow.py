"""MLflow asks by an alias, and the gate moves the real one after an allow."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask, jsonify, request
from werkzeug.test import TestResponse

from app.adapters.askers.clerk import Table
from app.adapters.askers.mlflow import Alias, MLflow
from tests.api.conftest import Gate
from tests.api.test_delivery_tools import denies
from tests.services.loopback import served
from tests.worlds import World, a_world, allow, wants_a_data_scientist

SECRET = b"a secret of the webhook"
REFERENCE = "models:/scorer/3"


@dataclass
class FakeMLflow:
    """The registry's REST API on loopback: aliases, tags, and what it says next."""

    url: str = ""
    aliases: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    status: int = 200


@pytest.fixture
def mlflow() -> Iterator[FakeMLflow]:
    service, fake = Flask("mlflow"), FakeMLflow()

    @service.post("/api/2.0/mlflow/model-versions/set-tag")
    def tag() -> Any:
        body = request.get_json()
        assert (body["name"], body["version"]) == ("scorer", "3")
        if fake.status != 200:
            return jsonify({"error_code": "INTERNAL_ERROR"}), fake.status
        fake.tags[body["key"]] = body["value"]
        return jsonify({})

    @service.post("/api/2.0/mlflow/registered-models/alias")
    def alias() -> Any:
        body = request.get_json()
        assert request.authorization is not None
        assert request.authorization.username == "countersign"
        fake.aliases[body["alias"]] = body["version"]
        return jsonify({})

    with served(service) as url:
        fake.url = url
        yield fake


@dataclass
class Desk:
    """A gate that an MLflow server asks."""

    gate: Gate
    mlflow: FakeMLflow
    table: Table

    def send(
        self, delivery: str = "d-1", signature: str | None = None, ago: int = 0, **data: Any
    ) -> TestResponse:
        """Send a webhook as `mlflow/webhooks/delivery.py` signs it."""
        document = {
            "entity": data.pop("entity", "model_version_alias"),
            "action": "created",
            "timestamp": "2026-11-24T12:00:00+00:00",
            "data": {"name": "scorer", "alias": "production-requested", "version": "3", **data},
        }
        content = json.dumps(document).encode()
        at = str(int(self.gate.world.clock.moment.timestamp()) - ago)
        made = hmac.new(SECRET, f"{delivery}.{at}.".encode() + content, hashlib.sha256).digest()
        headers = {
            "X-MLflow-Delivery-Id": delivery,
            "X-MLflow-Timestamp": at,
            "X-MLflow-Signature": signature or "v1," + base64.b64encode(made).decode(),
        }
        return self.gate.client.post("/v1/webhooks/mlflow", data=content, headers=headers)

    def answer(self) -> None:
        """Do one round of the clerk's work."""
        self.table.answer(self.gate.world.ports)


Install = Callable[..., Desk]


@pytest.fixture
def install(serve: Callable[[World], Gate], mlflow: FakeMLflow) -> Install:
    def installing(policy: Any = allow, *, is_submitted: bool = True) -> Desk:
        aliases = {"production-requested": Alias("production", "production")}
        account = ("countersign", "password")
        url = "https://gate.acme.example"
        asker = MLflow(mlflow.url, account, (SECRET,), aliases, url)
        gate = serve(a_world(policy, askers=(asker,)))
        if is_submitted:
            gate.submit(references=[REFERENCE])
        return Desk(gate, mlflow, Table(asker))

    return installing


def test_after_an_allow_the_gate_moves_the_alias_and_tags_the_version(install: Install) -> None:
    desk = install()

    taken = desk.send()
    desk.answer()

    assert taken.status_code == 202
    assert desk.mlflow.aliases == {"production": "3"}
    assert desk.mlflow.tags["gate.decision"] == "allow"
    decision = desk.gate.world.told[0]["decision_id"]
    assert desk.mlflow.tags["gate.decision_url"].endswith(decision)
    assert len(desk.mlflow.tags["gate.release_digest"]) == 64


@pytest.mark.parametrize(
    ("policy", "outcome"), [(denies, "deny"), (wants_a_data_scientist, "pending")]
)
def test_without_an_allow_the_alias_stays_and_a_tag_says_why(
    install: Install, policy: Any, outcome: str
) -> None:
    desk = install(policy)
    desk.send()

    desk.answer()

    assert desk.mlflow.aliases == {}
    assert desk.mlflow.tags["gate.decision"] == outcome
    assert desk.mlflow.tags["gate.message"].startswith(outcome)


def test_a_version_that_nobody_submitted_gets_no_alias(install: Install) -> None:
    desk = install(is_submitted=False)
    desk.send()

    desk.answer()

    assert desk.mlflow.aliases == {}
    assert desk.mlflow.tags["gate.decision"] == "unknown"


def test_a_delivery_that_is_tried_again_moves_the_alias_once(install: Install) -> None:
    desk = install()

    first, again = desk.send(), desk.send()

    assert (first.get_json()["is_new"], again.get_json()["is_new"]) == (True, False)


def test_a_registry_that_is_down_is_told_later(install: Install) -> None:
    desk = install()
    desk.send()
    desk.mlflow.status = 503
    desk.answer()
    assert desk.mlflow.aliases == {}

    desk.mlflow.status = 200
    desk.answer()

    assert desk.mlflow.aliases == {"production": "3"}


@pytest.mark.parametrize(
    "signature",
    ["v1,AAAA", "v2,AAAA", "sha256=" + "0" * 64, "v1,", ","],
)
def test_a_forged_webhook_is_401_and_so_is_the_older_form(install: Install, signature: str) -> None:
    desk = install()

    answer = desk.send(signature=signature)
    desk.answer()

    assert answer.status_code == 401
    assert desk.mlflow.aliases == {}


@pytest.mark.parametrize(("ago", "status"), [(299, 202), (301, 401), (-301, 401)])
def test_a_webhook_of_another_time_is_a_replay(install: Install, ago: int, status: int) -> None:
    assert install().send(ago=ago).status_code == status


@pytest.mark.parametrize(
    "data",
    [{"alias": "production"}, {"alias": "champion"}, {"entity": "model_version_tag"}],
)
def test_what_the_gate_itself_does_and_other_aliases_ask_nothing(
    install: Install, data: dict[str, Any]
) -> None:
    assert install().send(**data).get_json()["inquiries"] == 0


@pytest.mark.parametrize("data", [{"version": "latest"}, {"name": ""}, {"name": None}])
def test_a_webhook_that_names_no_version_is_refused(install: Install, data: dict[str, Any]) -> None:
    assert install().send(**data).status_code == 422
