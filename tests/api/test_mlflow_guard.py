"""The guard in an MLflow server: no protected alias is set without an allow of the gate."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import ModuleType
from typing import Any

import pytest
from flask import Flask, jsonify, request
from flask.testing import FlaskClient

from app.domain.caller import Role
from tests.api.conftest import Gate
from tests.api.test_delivery_tools import denies
from tests.repository import tree
from tests.services.loopback import served
from tests.worlds import World, a_world, allow, wants_a_data_scientist

PREFIXES = ("/api/2.0/mlflow", "/ajax-api/2.0/mlflow")
ALIAS = "/registered-models/alias"


@pytest.fixture(scope="module")
def plugin() -> ModuleType:
    path = tree.ROOT / "deploy" / "mlflow" / "countersign_mlflow.py"
    spec = importlib.util.spec_from_file_location("countersign_mlflow", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Registry:
    """The routes of MLflow that matter here, as `mlflow/server/handlers.py` reads requests."""

    def __init__(self) -> None:
        self.app = Flask("mlflow")
        self.aliases: dict[str, str] = {}
        for prefix in PREFIXES:
            for method in ("POST", "DELETE", "GET"):
                self.app.add_url_rule(
                    prefix + ALIAS, f"{method}{prefix}", self._alias, methods=[method]
                )

    def _alias(self) -> Any:
        if request.method != "POST":
            return jsonify({})
        body: Any = request.get_json(force=True, silent=True)
        body = json.loads(body) if isinstance(body, str) else body
        self.aliases[body["alias"]] = body["version"]
        return jsonify({})


Install = Callable[..., tuple[Registry, FlaskClient]]


@pytest.fixture
def install(
    serve: Callable[[World], Gate], plugin: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Install]:
    def installing(policy: Any = allow, url: str = "") -> tuple[Registry, FlaskClient]:
        gate = serve(a_world(policy))
        gate.submit(references=["models:/scorer/3"])
        monkeypatch.setenv("COUNTERSIGN_URL", url or opened.enter_context(served(gate.app)))
        monkeypatch.setenv("COUNTERSIGN_TOKEN", gate.tokens[Role.DEPLOYER])
        monkeypatch.setenv("COUNTERSIGN_ALIASES", "production=production, canary=staging")
        registry = Registry()
        plugin.guard(registry.app)
        return registry, registry.app.test_client()

    with ExitStack() as opened:
        yield installing


def body(alias: str = "production", version: str = "3") -> dict[str, str]:
    return {"name": "scorer", "alias": alias, "version": version}


@pytest.mark.parametrize("prefix", PREFIXES)
def test_an_allowed_version_gets_the_alias_by_both_routes(install: Install, prefix: str) -> None:
    registry, client = install()

    answer = client.post(prefix + ALIAS, json=body())

    assert answer.status_code == 200
    assert registry.aliases == {"production": "3"}


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(
    ("policy", "outcome"), [(denies, "deny"), (wants_a_data_scientist, "pending")]
)
def test_without_an_allow_it_is_refused_with_the_reason(
    install: Install, prefix: str, policy: Any, outcome: str
) -> None:
    registry, client = install(policy)

    answer = client.post(prefix + ALIAS, json=body())

    assert answer.status_code == 403
    assert answer.get_json()["error_code"] == "PERMISSION_DENIED"
    assert f"Countersign: {outcome}: acme/scorer" in answer.get_json()["message"]
    assert registry.aliases == {}


@pytest.mark.parametrize(
    "asked",
    [
        body(version="4"),
        body(version="03"),
        body("PRODUCTION", "4"),
        body("canary"),
        {"alias": "production"},
    ],
    ids=["version", "zero", "case", "stage", "nameless"],
)
def test_what_nobody_submitted_for_the_stage_is_refused(
    install: Install, asked: dict[str, str]
) -> None:
    registry, client = install()

    answer = client.post(PREFIXES[0] + ALIAS, json=asked)

    assert answer.status_code == 403
    assert registry.aliases == {}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (json.dumps(json.dumps(body(version="4"))), "application/json"),
        (json.dumps(body(version="4")), "text/plain"),
        ('{"alias":"candidate","alias":"production","name":"scorer","version":"4"}', "x/y"),
    ],
    ids=["double-encoded", "no-json-type", "key-twice"],
)
def test_another_way_to_write_the_request_does_not_get_past(
    install: Install, content: str, kind: str
) -> None:
    registry, client = install()

    answer = client.post(PREFIXES[0] + ALIAS, data=content, content_type=kind)

    assert answer.status_code == 403
    assert registry.aliases == {}


@pytest.mark.parametrize("content", ["", "[]", "no JSON", '"no JSON"'])
def test_a_request_that_is_no_object_is_refused(install: Install, content: str) -> None:
    _, client = install()

    assert client.post(PREFIXES[0] + ALIAS, data=content).status_code == 400


def test_other_aliases_and_other_methods_pass(install: Install) -> None:
    registry, client = install(denies)

    assert client.post(PREFIXES[0] + ALIAS, json=body("candidate")).status_code == 200
    assert client.get(PREFIXES[0] + ALIAS).status_code == 200
    assert client.delete(PREFIXES[0] + ALIAS, json=body()).status_code == 200
    assert registry.aliases == {"candidate": "3"}


def test_while_the_gate_does_not_answer_no_protected_alias_is_set(install: Install) -> None:
    registry, client = install(url="http://127.0.0.1:9")

    answer = client.post(PREFIXES[0] + ALIAS, json=body())

    assert answer.status_code == 503
    assert registry.aliases == {}


@pytest.mark.parametrize("aliases", ["", "production", "=production", "production="])
def test_a_guard_without_aliases_and_stages_does_not_start(
    plugin: ModuleType, monkeypatch: pytest.MonkeyPatch, aliases: str
) -> None:
    for name, value in {"URL": "http://127.0.0.1:9", "TOKEN": "t", "ALIASES": aliases}.items():
        monkeypatch.setenv(f"COUNTERSIGN_{name}", value)

    with pytest.raises(ValueError, match="COUNTERSIGN_ALIASES"):
        plugin.guard(Flask("mlflow"))


@pytest.mark.parametrize("name", ["COUNTERSIGN_ALIASES", "COUNTERSIGN_URL", "COUNTERSIGN_TOKEN"])
def test_a_guard_without_a_setting_says_which_and_serves_nothing(
    plugin: ModuleType, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for setting in ("COUNTERSIGN_URL", "COUNTERSIGN_TOKEN"):
        monkeypatch.setenv(setting, "given")
    monkeypatch.setenv("COUNTERSIGN_ALIASES", "production=production")
    monkeypatch.delenv(name)

    with pytest.raises(ValueError, match=f"{name} is not set"):
        plugin.guard(Flask("mlflow"))
