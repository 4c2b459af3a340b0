"""Pages over HTTP on fakes, and people who are signed in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry
from werkzeug.test import TestResponse

from app.domain.caller import EVERYWHERE, Role, Scope
from app.factory import build
from app.settings import Settings
from tests.api.conftest import a_document
from tests.worlds import World, a_world, wants_a_data_scientist

SITE = "https://gate.acme.example"
TOKEN_FIELD = re.compile(r'name="form_token" value="([0-9a-f]{64})"')


@dataclass
class Browser:
    """One reader's browser: it keeps cookies, and sends the form token that a page gave it."""

    client: FlaskClient

    def see(self, path: str, **options: Any) -> TestResponse:
        """Open a page."""
        return self.client.get(path, base_url=SITE, **options)

    def form_token(self, path: str = "/sign-in") -> str:
        """Read the form token of a page."""
        found = TOKEN_FIELD.search(self.see(path).text)
        assert found is not None
        return found[1]

    def send(self, path: str, page: str = "/decisions", /, **fields: str) -> TestResponse:
        """Send a form as the page gives it."""
        sent = {"form_token": self.form_token(page), **fields}
        return self.client.post(path, base_url=SITE, data=sent)

    def sign_in(self, token: str) -> TestResponse:
        """Paste a token."""
        return self.send("/sign-in", "/sign-in", token=token)


@dataclass
class Site:
    """The gate as browsers see it."""

    app: Flask
    world: World
    tokens: dict[Role, str] = field(default_factory=dict)

    def browser(self) -> Browser:
        """Open a browser in which nobody is signed in."""
        return Browser(self.app.test_client())

    def reader(
        self, role: Role = Role.AUDITOR, *more: Role, subject: str = "", scope: Scope = EVERYWHERE
    ) -> Browser:
        """Open a browser and sign in."""
        browser = self.browser()
        name = subject or f"{role.value}@acme.example"
        token = self.world.token(name, role, *more, scope=scope)
        assert browser.sign_in(token).status_code == 303
        return browser

    def decide(self, **changes: Any) -> dict[str, Any]:
        """Submit the smallest release over the API."""
        token = self.tokens.setdefault(
            Role.SUBMITTER, self.world.token("ci@acme.example", Role.SUBMITTER)
        )
        answer = self.app.test_client().post(
            "/v1/decisions",
            json=a_document(**changes),
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 200, answer.text
        decision: dict[str, Any] = answer.get_json()
        return decision


@pytest.fixture
def open_site(tmp_path: Path) -> Callable[[World], Site]:
    def build_site(world: World) -> Site:
        settings = Settings.from_environment({"COUNTERSIGN_DATA_DIR": str(tmp_path)})
        return Site(build(world.ports, settings, CollectorRegistry()), world)

    return build_site


@pytest.fixture
def site(open_site: Callable[[World], Site]) -> Site:
    return open_site(a_world(wants_a_data_scientist))
