"""A GitHub of our own on loopback, written from its documents: the App's API, and what it sends.

REST 2022-11-28: installation tokens, deployment protection rule, check runs, commit statuses, hook
deliveries. Payloads have the members of octokit/webhooks' examples that the gate reads, and more.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask, jsonify, request

from tests.services.loopback import served

SECRET = b"a webhook secret of the App"
APP_ID, INSTALLATION = "4711", 99
SHA = "1f" * 20
KEY = rsa.generate_private_key(65537, 2048)
PRIVATE_KEY = KEY.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption(),
)


@dataclass
class FakeGitHub:
    """What was posted to it, and what it says next."""

    url: str = ""
    posted: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    tokens: list[dict[str, Any]] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    """Path to the status that it answers with instead of what is usual."""
    deliveries: dict[int, dict[str, Any]] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    """Former names of repositories, and where their paths lead now."""

    def bodies(self, ending: str) -> list[dict[str, Any]]:
        """List what was posted to paths that end so."""
        return [body for path, body in self.posted if path.endswith(ending)]

    def repository(self) -> dict[str, Any]:
        """The repository as it stands in every payload."""
        return {
            "id": 1,
            "name": "scorer",
            "full_name": "acme/scorer",
            "html_url": "https://github.example/acme/scorer",
            "private": True,
        }

    def deployment(self, **changes: Any) -> dict[str, Any]:
        """The payload of a deployment_protection_rule, as it was captured from a delivery."""
        run = f"{self.url}/repos/acme/scorer/actions/runs/31337"
        return {
            "action": "requested",
            "environment": "production",
            "event": "push",
            "sha": SHA,
            "ref": "refs/heads/main",
            "deployment_callback_url": f"{run}/deployment_protection_rule",
            "deployment": {"id": 7, "sha": SHA, "ref": "main", "environment": "production"},
            "pull_requests": [],
            "repository": self.repository(),
            "organization": {"login": "acme", "id": 2},
            "installation": {"id": INSTALLATION},
            "sender": {"login": "ada", "id": 5, "type": "User"},
            **changes,
        }

    def check_suite(self) -> dict[str, Any]:
        """The payload that an App gets for each push."""
        return {
            "action": "requested",
            "check_suite": {"id": 3, "head_branch": "main", "head_sha": SHA, "status": "queued"},
            "repository": self.repository(),
            "installation": {"id": INSTALLATION},
            "sender": {"login": "ada", "id": 5, "type": "User"},
        }

    def review(self, user: int = 8, **changes: Any) -> dict[str, Any]:
        """The payload of an approving review of a pull request by somebody else than its author."""
        review = {
            "id": 80,
            "user": {"login": "rita", "id": user, "type": "User"},
            "state": "approved",
            "commit_id": SHA,
            "author_association": "MEMBER",
            "body": "LGTM",
            **changes,
        }
        return {
            "action": "submitted",
            "review": review,
            "pull_request": {"number": 12, "user": {"id": 5}, "head": {"sha": SHA, "ref": "topic"}},
            "repository": self.repository(),
            "installation": {"id": INSTALLATION},
            "sender": {"login": "rita", "id": user, "type": "User"},
        }


def headers(event: str, content: bytes, delivery: str = "guid-1", secret: bytes = SECRET) -> Any:
    """The headers of a delivery."""
    signature = hmac.new(secret, content, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": delivery,
        "X-Hub-Signature-256": f"sha256={signature}",
        "User-Agent": "GitHub-Hookshot/044aadd",
    }


def content_of(payload: dict[str, Any]) -> bytes:
    """Write a payload as GitHub does, with spaces that JSON does not need."""
    return json.dumps(payload, indent=1).encode()


@contextmanager
def github() -> Iterator[FakeGitHub]:
    """Serve the API and give handles to it."""
    service, fake = Flask("github"), FakeGitHub()
    _serve_app(service, fake)
    _serve_repository(service, fake)
    with served(service) as url:
        fake.url = url
        yield fake


def _app_jwt() -> None:
    token = request.headers["Authorization"].removeprefix("Bearer ")
    # The gate's clock is that of the test, so the times are compared with each other only.
    claims = jwt.decode(
        token, KEY.public_key(), ["RS256"], options={"verify_iat": False, "verify_exp": False}
    )
    assert claims["iss"] == APP_ID
    assert claims["exp"] - claims["iat"] <= 600


def _serve_app(service: Flask, fake: FakeGitHub) -> None:
    @service.post("/app/installations/<int:number>/access_tokens")
    def token(number: int) -> Any:
        _app_jwt()
        if number != INSTALLATION:
            return jsonify({"message": "Not Found"}), 404
        fake.tokens.append({"installation": number, **request.get_json()})
        answer = {"token": f"ghs_{len(fake.tokens)}", "expires_at": "2026-11-24T13:00:00Z"}
        return jsonify(answer), 201

    @service.get("/app/hook/deliveries")
    def deliveries() -> Any:
        _app_jwt()
        members = ("id", "guid", "event", "status_code", "action")
        newest_first = reversed(fake.deliveries.values())
        return jsonify([{name: one.get(name) for name in members} for one in newest_first])

    @service.get("/app/hook/deliveries/<int:number>")
    def delivery(number: int) -> Any:
        _app_jwt()
        return jsonify(fake.deliveries[number])


def _serve_repository(service: Flask, fake: FakeGitHub) -> None:
    @service.post("/repos/acme/<name>/<path:path>")
    @service.post("/repositories/1/<path:path>", defaults={"name": "by id"})
    def post(name: str, path: str) -> Any:
        if name in fake.renamed:
            return "", 307, {"Location": f"{fake.renamed[name]}/{path}"}
        if not request.headers["Authorization"].startswith("Bearer ghs_"):
            return jsonify({"message": "Bad credentials"}), 401
        body = request.get_json()
        if path.startswith("statuses/") and len(body["description"]) > 140:
            return jsonify({"message": "description is too long"}), 422
        if path.endswith("deployment_protection_rule") and len(body["comment"]) > 1024:
            return jsonify({"message": "comment is too long"}), 422
        status = fake.statuses.get(path.rpartition("/")[2], 0)
        if status == 0:
            fake.posted.append((path, body))
            status = 204 if path.endswith("rule") else 201
        return ("", 204) if status == 204 else (jsonify({"id": 1}), status)
