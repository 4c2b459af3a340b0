"""A GitHub App's own account: its JWT, and a token of each installation (docs: "Authenticating").

The JWT is RS256, dated a minute back and good for nine; an installation's token is good for an
hour, narrowed to one repository and to what is asked of it, and replaced five minutes before.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt

from app.adapters.askers.calling import Called, call
from app.ports import Clock

PERMISSIONS = {"actions": "read", "deployments": "write", "checks": "write", "statuses": "write"}
_BACK, _AHEAD = timedelta(seconds=60), timedelta(minutes=9)
_RENEWED = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository, and the installation of the App that covers it."""

    installation: int
    name: str
    """As `owner/name`, when it was last heard of."""
    number: int | None
    """Its id, which stays when it is renamed."""


class GitHubApp:
    """Calls GitHub's API as the App, or as one of its installations."""

    def __init__(self, api_url: str, app_id: str, private_key: bytes, clock: Clock) -> None:
        """Keep the key; nothing is asked yet."""
        self.api_url = api_url.rstrip("/")
        self._app_id = app_id
        self._key = private_key
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: dict[Repository, tuple[str, datetime]] = {}

    def as_app(self, method: str, path: str, document: Mapping[str, Any] | None = None) -> Called:
        """Call as the App itself."""
        now = self._clock.now()
        claims = {"iat": now - _BACK, "exp": now + _AHEAD, "iss": self._app_id}
        token = jwt.encode(claims, self._key.decode(), algorithm="RS256")
        return call(method, self.api_url + path, _headers(token), document)

    def as_installation(
        self, repository: Repository, path: str, document: Mapping[str, Any]
    ) -> Called:
        """Post as an installation, with a token for this one repository.

        One that was renamed is followed to where GitHub says it is now, at this very API.
        """
        token, failed = self._token(repository)
        if failed is not None:
            return failed
        url = f"{self.api_url}/repos/{repository.name}{path}"
        called = call("POST", url, _headers(token), document)
        if called.moved_to.startswith(f"{self.api_url}/"):
            return call("POST", called.moved_to, _headers(token), document)
        return called

    def _token(self, repository: Repository) -> tuple[str, Called | None]:
        with self._lock:
            token, until = self._tokens.get(repository, ("", self._clock.now()))
            if token and until - self._clock.now() > _RENEWED:
                return token, None
            asked: dict[str, Any] = {"permissions": PERMISSIONS}
            if repository.number is None:
                asked["repositories"] = [repository.name.partition("/")[2]]
            else:
                asked["repository_ids"] = [repository.number]
            path = f"/app/installations/{repository.installation}/access_tokens"
            answer = self.as_app("POST", path, asked)
            body = answer.body if isinstance(answer.body, dict) else {}
            given, end = body.get("token"), _moment(body.get("expires_at"))
            if not answer.is_ok or not given or end is None:
                return "", Called(answer.status, None, f"no installation token: {answer.message}")
            self._tokens[repository] = (str(given), end)
            return str(given), None


def _headers(token: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {token}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
