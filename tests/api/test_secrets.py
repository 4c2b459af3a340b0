"""What callers send along and is theirs alone is neither kept nor logged nor told again."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from typing import Any

import pytest

from app.domain.caller import Role
from app.domain.log.question import Question
from tests.api.conftest import Gate
from tests.api.test_delivery_tools import UNKNOWN
from tests.worlds import World, a_world

SECRET = "live-and-private"
QUERY = f"release={UNKNOWN}&stage=production"
HEADERS = {
    "AuthToken": SECRET,
    "X-Webhook-Secret": SECRET,
    "X-Gitlab-Token": SECRET,
    "Cookie": f"session={SECRET}",
    "PlanUrl": f"https://azure.example/{SECRET}",
}


def requests_of(gate: Gate) -> dict[str, dict[str, Any]]:
    """What tools send, each with secrets of its own in the places that they use."""
    userinfo = base64.b64encode(f"{SECRET}:{gate.tokens[Role.DEPLOYER]}".encode()).decode()
    metadata = {"stage": "production", "release": UNKNOWN, "token": SECRET}
    return {
        "azure": {"path": f"/v1/enforcement/body?{QUERY}", "method": "GET", "headers": HEADERS},
        "flagger": {
            "path": "/v1/enforcement/flagger/gate",
            "json": {"name": "scorer", "metadata": metadata, "checksum": SECRET},
            "headers": {"Authorization": f"Basic {userinfo}"},
        },
        "authzen": {
            "path": "/access/v1/evaluation",
            "json": {
                "subject": {"type": "user", "id": "ada", "properties": {"password": SECRET}},
                "action": {"name": "release.deploy"},
                "resource": {"type": "model_release", "id": UNKNOWN},
                "context": {"stage": "production", "token": SECRET},
            },
        },
        "misspelt": {"path": f"/v1/enforcement/status?{QUERY}&secret={SECRET}"},
        "webhook": {
            "path": f"/v1/webhooks/github?secret={SECRET}",
            "data": SECRET.encode(),
            "headers": {"X-Hub-Signature-256": f"sha256={SECRET}", **HEADERS},
        },
    }


@pytest.mark.parametrize("name", ["azure", "flagger", "authzen", "misspelt", "webhook"])
def test_a_secret_of_a_caller_is_kept_nowhere(
    serve: Callable[[World], Gate],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    name: str,
) -> None:
    gate = serve(a_world())
    caplog.set_level(logging.DEBUG)
    asked = requests_of(gate)[name]
    method, path = asked.pop("method", "POST"), asked.pop("path")
    if "Authorization" in asked.get("headers", {}):
        answer = gate.client.open(path, method=method, **asked)
    else:
        answer = gate.ask(method, path, Role.DEPLOYER, **asked)

    told = answer.text + "".join(f"{k}: {v}" for k, v in answer.headers.items())
    entries = gate.world.stores.log.scan(Question(), 0, 1000, 1000)
    written = "".join(entry.body.decode() for entry in entries)
    out = capfd.readouterr()
    assert SECRET not in told + written + caplog.text + out.out + out.err
