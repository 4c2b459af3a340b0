"""Fetches small JSON documents of issuers: no redirects, nothing of the environment, bounded."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import requests

from app.domain.canonical import read_json
from app.domain.errors import IssuerError, MalformedDocumentError

Fetch = Callable[[str], Any]
"""Gives the JSON document at a URL. Raises IssuerError."""

_LARGEST = 512 * 1024
_TIMEOUT_SECONDS = 3.0
_DEADLINE_SECONDS = 6.0
_CHUNK = 16 * 1024


def fetcher(proxy: str | None) -> Fetch:
    """Make what fetches, perhaps by way of a proxy."""

    def fetch(url: str) -> Any:  # noqa: ANN401 - any JSON value
        with requests.Session() as session:
            session.trust_env = False
            if proxy is not None:
                session.proxies = {"http": proxy, "https": proxy}
            try:
                return read_json(_content(session, url))
            except (requests.RequestException, MalformedDocumentError, OSError) as error:
                detail = f"{url}: {type(error).__name__}: {error}"[:500]
                message = "the issuer of the token cannot be asked for its keys"
                raise IssuerError(message, detail=detail) from error

    return fetch


def _content(session: requests.Session, url: str) -> bytes:
    deadline = time.monotonic() + _DEADLINE_SECONDS
    content = bytearray()
    with session.get(url, timeout=_TIMEOUT_SECONDS, allow_redirects=False, stream=True) as answer:
        if answer.status_code != requests.codes.ok:
            raise requests.RequestException(f"status {answer.status_code}")
        for chunk in answer.iter_content(_CHUNK):
            content += chunk
            if len(content) > _LARGEST or time.monotonic() > deadline:
                raise requests.RequestException("too large or too slow")
    return bytes(content)
