"""GitLab asks by an external status check, and people read the answer in the merge request."""

from __future__ import annotations

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
from app.adapters.askers.gitlab import GitLab
from app.domain.caller import Role
from tests.api.conftest import Gate
from tests.api.test_delivery_tools import denies
from tests.services.loopback import served
from tests.worlds import World, a_world, allow, wants_a_data_scientist

SECRET, TOKEN, SHA = b"a shared secret of a check", "glpat-of-the-gate", "1f" * 20
REFERENCE = f"git+https://gitlab.example/acme/scorer@{SHA}"


@dataclass
class FakeGitLab:
    """A GitLab on loopback, of the API documents: what was posted, and what it says next."""

    url: str = ""
    posted: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    status: int = 201

    def bodies(self, ending: str) -> list[dict[str, Any]]:
        """List what was posted to paths that end so."""
        return [body for path, body in self.posted if path.endswith(ending)]


@pytest.fixture
def gitlab() -> Iterator[FakeGitLab]:
    service, fake = Flask("gitlab"), FakeGitLab()

    @service.post("/api/v4/projects/6/merge_requests/3/<name>")
    def post(name: str) -> Any:
        if request.headers.get("PRIVATE-TOKEN") != TOKEN:
            return jsonify({"message": "401 Unauthorized"}), 401
        if name == "status_check_responses":
            assert request.get_json()["status"] in {"passed", "failed", "pending"}
            if fake.status != 201:
                return jsonify({"message": "no"}), fake.status
        fake.posted.append((name, request.get_json()))
        return jsonify({"id": 1}), 201

    with served(service) as url:
        fake.url = url + "/api/v4"
        yield fake


def hook(**changes: Any) -> bytes:
    """The payload of a merge request for an external status check, as the documents show it."""
    document = {
        "object_kind": "merge_request",
        "event_type": "merge_request",
        "user": {"id": 1, "username": "root"},
        "project": {"id": 6, "name": "scorer", "web_url": "https://gitlab.example/acme/scorer"},
        "object_attributes": {
            "id": 91,
            "iid": 3,
            "source_branch": "topic",
            "last_commit": {"id": SHA, "message": "a model"},
            "state": "opened",
        },
        "external_approval_rule": {
            "id": 1,
            "name": "Countersign",
            "external_url": "https://gate.acme.example/v1/webhooks/gitlab",
        },
        **changes,
    }
    return json.dumps(document).encode()


@dataclass
class Desk:
    """A gate that a GitLab asks."""

    gate: Gate
    gitlab: FakeGitLab
    table: Table

    def send(self, content: bytes, signature: str | None = None) -> TestResponse:
        """Send a hook, signed as GitLab does unless another signature is given."""
        made = hmac.new(SECRET, content, hashlib.sha256).hexdigest()
        headers = {"X-Gitlab-Signature": made if signature is None else signature}
        return self.gate.client.post("/v1/webhooks/gitlab", data=content, headers=headers)

    def submit(self) -> str:
        """Submit the release of the commit, and tell its digest."""
        digest: str = self.gate.submit(references=[REFERENCE]).get_json()["release"]["digest"]
        return digest

    def answer(self) -> None:
        """Do one round of the clerk's work."""
        self.table.answer(self.gate.world.ports)


Install = Callable[..., Desk]


@pytest.fixture
def install(serve: Callable[[World], Gate], gitlab: FakeGitLab) -> Install:
    def installing(policy: Any = allow) -> Desk:
        asker = GitLab(gitlab.url, TOKEN, (SECRET,), "production")
        return Desk(serve(a_world(policy, askers=(asker,))), gitlab, Table(asker))

    return installing


@pytest.mark.parametrize(
    ("policy", "status"),
    [(allow, "passed"), (denies, "failed"), (wants_a_data_scientist, "pending")],
)
def test_the_status_says_what_was_decided_and_a_note_why(
    install: Install, policy: Any, status: str
) -> None:
    desk = install(policy)
    desk.submit()

    taken = desk.send(hook())
    desk.answer()

    assert taken.status_code == 202
    (body,) = desk.gitlab.bodies("status_check_responses")
    assert body == {"sha": SHA, "external_status_check_id": 1, "status": status}
    notes = desk.gitlab.bodies("notes")
    assert len(notes) == (0 if status == "passed" else 1)
    assert all("who" not in n and n["body"].startswith("Countersign: ") for n in notes)


def test_a_commit_without_a_release_fails(install: Install) -> None:
    desk = install()
    desk.send(hook())

    desk.answer()

    assert desk.gitlab.bodies("status_check_responses")[0]["status"] == "failed"


def test_once_people_approved_the_status_passes(install: Install) -> None:
    desk = install(wants_a_data_scientist)
    digest = desk.submit()
    desk.send(hook())
    desk.answer()
    vote = {"release_digest": digest, "vote": "approve"}
    desk.gate.ask("POST", "/v1/approvals", Role.DATA_SCIENTIST, json=vote)
    desk.submit()

    desk.answer()
    desk.answer()

    statuses = [body["status"] for body in desk.gitlab.bodies("status_check_responses")]
    assert statuses == ["pending", "passed"]


def test_people_may_retry_the_check_and_get_the_status_again(install: Install) -> None:
    desk = install()
    desk.submit()
    desk.send(hook())
    desk.answer()
    doubled = desk.send(hook())
    desk.gate.world.clock.advance(61)

    retried = desk.send(hook())
    desk.answer()

    assert (doubled.get_json()["is_new"], retried.get_json()["is_new"]) == (False, True)
    assert len(desk.gitlab.bodies("status_check_responses")) == 2


@pytest.mark.parametrize("signature", ["", "0" * 64, "sha256=" + "0" * 64])
def test_a_forged_hook_is_401_and_asks_nothing(install: Install, signature: str) -> None:
    desk = install()

    answer = desk.send(hook(), signature)
    desk.answer()

    assert answer.status_code == 401
    assert desk.gitlab.posted == []


def test_a_commit_that_is_no_longer_the_head_is_not_told_again(install: Install) -> None:
    desk = install()
    desk.submit()
    desk.send(hook())
    desk.gitlab.status = 409
    desk.answer()

    desk.gitlab.status = 201
    desk.answer()

    assert desk.gitlab.posted == []


def test_a_gitlab_that_is_down_is_told_later(install: Install) -> None:
    desk = install()
    desk.submit()
    desk.send(hook())
    desk.gitlab.status = 503
    desk.answer()

    desk.gitlab.status = 201
    desk.answer()

    assert [body["status"] for body in desk.gitlab.bodies("status_check_responses")] == ["passed"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"project": {"id": 6}}, "/project/web_url"),
        ({"object_attributes": {"iid": 3}}, "/object_attributes/last_commit/id"),
        ({"external_approval_rule": {"id": "1"}}, "/external_approval_rule/id"),
    ],
)
def test_a_hook_that_lacks_something_is_told_where(
    install: Install, changes: dict[str, Any], pointer: str
) -> None:
    answer = install().send(hook(**changes))

    assert (answer.status_code, answer.get_json()["pointer"]) == (422, pointer)


def test_another_kind_of_hook_asks_nothing(install: Install) -> None:
    assert install().send(hook(object_kind="push")).get_json()["inquiries"] == 0
