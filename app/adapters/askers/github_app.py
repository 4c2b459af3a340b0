"""A GitHub App's own account: its JWT, and a token of each installation (docs: "Authenticating").

The JWT is RS256, dated a minute back and good for nine; an installation's token is good for an
hour, narrowed to one repository and to what is asked of it, and replaced five minutes before.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import jwt

from app.adapters.askers.calling import Called, call
from app.ports import Clock

PERMISSIONS = {"actions": "read", "deployments": "write", "checks": "write", "statuses": "write"}
_BACK, _AHEAD = timedelta(seconds=60), timedelta(minutes=9)
_RENEWED = timedelta(minutes=5)


class GitHubApp:
    """Calls GitHub's API as the App, or as one of its installations."""

    def __init__(self, api_url: str, app_id: str, private_key: bytes, clock: Clock) -> None:
        """Keep the key; nothing is asked yet."""
        self.api_url = api_url.rstrip("/")
        self._app_id = app_id
        self._key = private_key
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: dict[tuple[int, str], tuple[str, datetime]] = {}

    def as_app(self, method: str, path: str, document: Mapping[str, Any] | None = None) -> Called:
        """Call as the App itself."""
        now = self._clock.now()
        claims = {"iat": now - _BACK, "exp": now + _AHEAD, "iss": self._app_id}
        token = jwt.encode(claims, self._key.decode(), algorithm="RS256")
        return call(method, self.api_url + path, _headers(token), document)

    def as_installation(
        self, installation: int, repository: str, path: str, document: Mapping[str, Any]
    ) -> Called:
        """Post as an installation, with a token for this one repository."""
        token, failed = self._token(installation, repository)
        if failed is not None:
            return failed
        return call("POST", f"{self.api_url}/repos/{repository}{path}", _headers(token), document)

    def _token(self, installation: int, repository: str) -> tuple[str, Called | None]:
        with self._lock:
            token, until = self._tokens.get((installation, repository), ("", self._clock.now()))
            if token and until - self._clock.now() > _RENEWED:
                return token, None
            asked = {"repositories": [repository.partition("/")[2]], "permissions": PERMISSIONS}
            path = f"/app/installations/{installation}/access_tokens"
            answer = self.as_app("POST", path, asked)
            body = answer.body if isinstance(answer.body, dict) else {}
            given, end = body.get("token"), _moment(body.get("expires_at"))
            if not answer.is_ok or not given or end is None:
                return "", Called(answer.status, None, f"no installation token: {answer.message}")
            self._tokens[installation, repository] = (str(given), end)
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
