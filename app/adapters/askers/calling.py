"""Calls the API of a forge or registry: no redirect, no proxy of the environment, no raising."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

CONNECT_SECONDS, READ_SECONDS = 5, 15
_LARGEST = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Called:
    """What an API answered; status 0 when it did not."""

    status: int
    body: Any
    """The JSON that was answered; None when it was none."""
    message: str
    moved_to: str = ""
    """Where a redirect that keeps the method leads (RFC 9110 section 15.4); never followed here."""

    @property
    def is_ok(self) -> bool:
        """Whether it was a 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004 - RFC 9110 section 15.3

    @property
    def is_refused(self) -> bool:
        """Whether asking the same again is pointless: a 4xx that is neither 408 nor 429."""
        return 400 <= self.status < 500 and self.status not in {401, 403, 408, 429}  # noqa: PLR2004 - RFC 9110 section 15.5


def call(
    method: str,
    url: str,
    headers: Mapping[str, str],
    document: Mapping[str, Any] | None = None,
) -> Called:
    """Call once. The message names the status, and nothing that was sent."""
    try:
        with requests.Session() as session:
            session.trust_env = False
            with session.request(
                method,
                url,
                json=document,
                headers={"User-Agent": "countersign", **headers},
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as answer:
                content = answer.raw.read(_LARGEST, decode_content=True)
                status = answer.status_code
                moved_to = answer.headers.get("Location", "") if status in {301, 307, 308} else ""
                return Called(status, _json(content), f"answered {status}", moved_to)
    except (requests.RequestException, OSError) as error:
        return Called(0, None, f"no answer: {type(error).__name__}")


def _json(content: bytes) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(content)
    except ValueError:
        return None
