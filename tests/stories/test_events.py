"""A subscriber hears of each decision, signed, also after it was away."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask, request
from standardwebhooks import Webhook

from tests.services.loopback import served
from tests.stories.conftest import Running

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass
class Receiver:
    """A subscriber's server, which verifies as the library of Standard Webhooks does."""

    url: str = ""
    events: queue.Queue[dict[str, Any]] = field(default_factory=queue.Queue)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    service, here = Flask("receiver"), Receiver()

    @service.post("/events")
    def take() -> tuple[str, int]:
        headers = {name.lower(): value for name, value in request.headers.items()}
        here.events.put(Webhook(SECRET).verify(request.get_data(), headers))
        return "", 204

    with served(service) as url:
        here.url = url + "/events"
        yield here


def submit(gate: Running, version: str) -> str:
    document = {
        "model": {"namespace": "acme", "name": "support-router", "version": version},
        "files": [{"path": "model.safetensors", "size": 7, "sha256": "ab" * 32}],
        "stage": "production",
        "risk_tier": "limited",
    }
    decided = gate.ask(gate.stage.tokens["submitter"], "/v1/decisions", document)
    decision_id: str = decided["decision_id"]
    return decision_id


def test_a_decision_reaches_the_subscriber(
    serve: Callable[[Mapping[str, str]], Running], receiver: Receiver, tmp_path: Path
) -> None:
    (tmp_path / "bus.secret").write_text(SECRET)
    subscriber = {
        "name": "bus",
        "url": receiver.url,
        "kinds": ["decision"],
        "secret_files": ["bus.secret"],
    }
    file = tmp_path / "subscribers.yaml"
    file.write_text(yaml.safe_dump({"subscribers": [subscriber]}))
    gate = serve({"COUNTERSIGN_SUBSCRIBERS": str(file)})

    decided = submit(gate, "1.0.0")

    event = receiver.events.get(timeout=60)
    assert event["id"] == f"decision-{decided}"
    assert event["type"] == "dev.countersign.decision.v1"
    assert event["data"]["outcome"] == "deny"
