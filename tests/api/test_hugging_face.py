"""The Hugging Face Hub tells of commits, and people read the answer in its discussions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask, jsonify, request
from werkzeug.test import TestResponse

from app.adapters.askers.clerk import Table
from app.adapters.askers.hugging_face import HuggingFace
from tests.api.conftest import Gate
from tests.api.test_delivery_tools import denies
from tests.services.loopback import served
from tests.worlds import World, a_world, allow, wants_a_data_scientist

SECRET, SHA = b"a shared secret in ASCII", "1f" * 20


@dataclass
class FakeHub:
    """The Hub's discussions on loopback."""

    url: str = ""
    discussions: list[dict[str, Any]] = field(default_factory=list)
    status: int = 201


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    service, fake = Flask("hub"), FakeHub()

    @service.post("/api/models/acme/scorer/discussions")
    def discuss() -> Any:
        assert request.headers["Authorization"] == "Bearer hf_token"
        if fake.status == 201:
            fake.discussions.append(request.get_json())
        return jsonify({"num": 1}), fake.status

    with served(service) as url:
        fake.url = url
        yield fake


def hook(**changes: Any) -> dict[str, Any]:
    """The payload of a push to a model, as the documents show it."""
    return {
        "event": {"action": "update", "scope": "repo.content"},
        "repo": {
            "type": "model",
            "name": "acme/scorer",
            "id": "621ffdc036468d709f17434d",
            "private": True,
            "headSha": SHA,
            "url": {"web": "https://hub.example/acme/scorer"},
            "owner": {"id": "628b753283ef59b5be89e937"},
        },
        "updatedRefs": [{"ref": "refs/heads/main", "oldSha": "0a" * 20, "newSha": SHA}],
        "webhook": {"id": "6390e855e30d9209411de93b", "version": 3},
        **changes,
    }


@dataclass
class Desk:
    """A gate that the Hub tells."""

    gate: Gate
    hub: FakeHub
    table: Table

    def send(self, secret: bytes = SECRET, **changes: Any) -> TestResponse:
        """Send a webhook with its secret in clear, as the Hub does."""
        headers = {"X-Webhook-Secret": secret.decode()}
        content = json.dumps(hook(**changes)).encode()
        return self.gate.client.post("/v1/webhooks/huggingface", data=content, headers=headers)

    def answer(self) -> None:
        """Do one round of the clerk's work."""
        self.table.answer(self.gate.world.ports)


Install = Callable[..., Desk]


@pytest.fixture
def install(serve: Callable[[World], Gate], hub: FakeHub) -> Install:
    def installing(policy: Any = allow) -> Desk:
        asker = HuggingFace(hub.url, "hf_token", (SECRET,), "production")
        gate = serve(a_world(policy, askers=(asker,)))
        gate.submit(references=[f"hf://acme/scorer:{SHA}"])
        return Desk(gate, hub, Table(asker))

    return installing


@pytest.mark.parametrize(
    ("policy", "outcome"), [(denies, "deny"), (wants_a_data_scientist, "pending")]
)
def test_what_is_not_allowed_is_said_in_a_discussion_once(
    install: Install, policy: Any, outcome: str
) -> None:
    desk = install(policy)

    taken = desk.send()
    desk.answer()
    desk.answer()

    assert taken.status_code == 202
    (discussion,) = desk.hub.discussions
    assert discussion["title"] == f"Countersign: {outcome} {SHA[:7]}"
    assert outcome in discussion["description"]
    assert discussion["pullRequest"] is False


def test_an_allow_needs_no_discussion(install: Install) -> None:
    desk = install()
    desk.send()

    desk.answer()

    assert desk.hub.discussions == []


def test_another_commit_is_unknown(install: Install) -> None:
    desk = install()
    desk.send(repo={**hook()["repo"], "headSha": "2e" * 20})

    desk.answer()

    assert desk.hub.discussions[0]["title"].startswith("Countersign: unknown")


@pytest.mark.parametrize("secret", [b"", b"another secret of theirs", SECRET[:-1]])
def test_another_secret_is_401_and_asks_nothing(install: Install, secret: bytes) -> None:
    desk = install(denies)

    answer = desk.send(secret)
    desk.answer()

    assert answer.status_code == 401
    assert desk.hub.discussions == []


def test_a_webhook_that_comes_again_is_taken_once(install: Install) -> None:
    desk = install(denies)

    first, again = desk.send(), desk.send()

    assert (first.get_json()["is_new"], again.get_json()["is_new"]) == (True, False)


def test_a_hub_that_is_down_is_told_later(install: Install) -> None:
    desk = install(denies)
    desk.send()
    desk.hub.status = 503
    desk.answer()

    desk.hub.status = 201
    desk.answer()

    assert len(desk.hub.discussions) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"event": {"action": "create", "scope": "discussion.comment"}},
        {"event": {"action": "delete", "scope": "repo"}},
        {"repo": {**hook()["repo"], "type": "dataset"}},
    ],
)
def test_what_is_no_commit_of_a_model_asks_nothing(
    install: Install, changes: dict[str, Any]
) -> None:
    assert install().send(**changes).get_json()["inquiries"] == 0


@pytest.mark.parametrize(
    ("change", "pointer"),
    [({"name": "acme/../x/y"}, "/repo/name"), ({"headSha": "main"}, "/repo/headSha")],
)
def test_a_webhook_that_names_no_commit_is_told_where(
    install: Install, change: dict[str, str], pointer: str
) -> None:
    answer = install().send(repo={**hook()["repo"], **change})

    assert (answer.status_code, answer.get_json()["pointer"]) == (422, pointer)
