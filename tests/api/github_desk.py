"""A gate whose App is installed at a GitHub of our own, and what tests do at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from app.adapters.askers.clerk import Table
from app.adapters.askers.github import GitHub
from app.domain.caller import Role
from tests.api.conftest import Gate
from tests.services.github import SHA, FakeGitHub, content_of, headers

REFERENCE = f"git+https://github.example/acme/scorer@{SHA}"


@dataclass
class Desk:
    """A gate whose App is installed at a GitHub."""

    gate: Gate
    github: FakeGitHub
    asker: GitHub
    table: Table

    def send(self, event: str, payload: dict[str, Any], delivery: str = "guid-1") -> TestResponse:
        """Send a webhook, signed as GitHub does."""
        content = content_of(payload)
        given = headers(event, content, delivery)
        return self.gate.client.post("/v1/webhooks/github", data=content, headers=given)

    def submit(self) -> str:
        """Submit the release of the commit, and tell its digest."""
        decided = self.gate.submit(references=[REFERENCE]).get_json()
        digest: str = decided["release"]["digest"]
        return digest

    def answer(self) -> None:
        """Do one round of the clerk's work."""
        self.table.answer(self.gate.world.ports)

    def approve(self, digest: str) -> None:
        """Approve, and have the release decided again."""
        vote = {"release_digest": digest, "vote": "approve"}
        told = self.gate.ask("POST", "/v1/approvals", Role.DATA_SCIENTIST, json=vote)
        assert told.status_code == 201
        self.submit()
