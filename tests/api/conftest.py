"""A gate over HTTP on fakes, and people with tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry
from werkzeug.test import TestResponse

from app.domain.caller import Role
from app.factory import build
from app.settings import Settings
from tests.worlds import World, a_world

WEIGHTS = {"path": "model.safetensors", "size": 7, "sha256": "ab" * 32}


def a_document(**changes: Any) -> dict[str, Any]:
    """The smallest submission, with these changes."""
    document: dict[str, Any] = {
        "model": {"namespace": "acme", "name": "scorer", "version": "1.4.0"},
        "files": [WEIGHTS],
        "stage": "production",
        "risk_tier": "limited",
    }
    return {**document, **changes}


@dataclass
class Gate:
    """The gate as a caller sees it."""

    app: Flask
    world: World
    client: FlaskClient
    tokens: dict[Role, str]

    def ask(
        self, method: str, path: str, role: Role | None = Role.SUBMITTER, **options: Any
    ) -> TestResponse:
        """Ask with the token of this role; None asks without any."""
        headers = dict(options.pop("headers", {}))
        if role is not None:
            headers["Authorization"] = f"Bearer {self.tokens[role]}"
        return self.client.open(path, method=method, headers=headers, **options)

    def submit(self, **changes: Any) -> TestResponse:
        """Submit the smallest release, with these changes."""
        return self.ask("POST", "/v1/decisions", json=a_document(**changes))


@pytest.fixture
def serve(tmp_path: Path) -> Callable[[World], Gate]:
    def build_gate(world: World) -> Gate:
        settings = Settings.from_environment(
            {"COUNTERSIGN_DATA_DIR": str(tmp_path), "COUNTERSIGN_MAX_BODY_BYTES": "100000"}
        )
        app = build(world.ports, settings, CollectorRegistry())
        tokens = {role: world.token(f"{role.value}@acme.example", role) for role in Role}
        return Gate(app, world, app.test_client(), tokens)

    return build_gate


@pytest.fixture
def gate(serve: Callable[[World], Gate]) -> Gate:
    return serve(a_world())
