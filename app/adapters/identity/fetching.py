"""Fetches small JSON documents of issuers: no redirects, nothing of the environment, bounded."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import requests

from app.domain.canonical import read_json
from app.domain.errors import IssuerError, MalformedDocumentError, UnauthenticatedError

Fetch = Callable[[str], Any]
"""Gives the JSON document at a URL. Raises IssuerError."""

Post = Callable[[str, Mapping[str, str], tuple[str, str] | None], Any]
"""Sends a form to a URL, perhaps with name and password, and gives the JSON answer.

Raises IssuerError, and UnauthenticatedError when the answer is a refusal (400, 401).
"""

_LARGEST = 512 * 1024
_TIMEOUT_SECONDS = 3.0
_DEADLINE_SECONDS = 6.0
_CHUNK = 16 * 1024
_REFUSALS = (requests.codes.bad_request, requests.codes.unauthorized)


def fetcher(proxy: str | None) -> Fetch:
    """Make what fetches, perhaps by way of a proxy."""

    def fetch(url: str) -> Any:  # noqa: ANN401 - any JSON value
        return _document("GET", url, proxy)

    return fetch


def poster(proxy: str | None) -> Post:
    """Make what sends forms, perhaps by way of a proxy."""

    def post(url: str, form: Mapping[str, str], basic: tuple[str, str] | None) -> Any:  # noqa: ANN401 - any JSON value
        return _document("POST", url, proxy, form, basic)

    return post


def _document(
    method: str,
    url: str,
    proxy: str | None,
    form: Mapping[str, str] | None = None,
    basic: tuple[str, str] | None = None,
) -> Any:  # noqa: ANN401 - any JSON value
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Accept"] = "application/json"
        if proxy is not None:
            session.proxies = {"http": proxy, "https": proxy}
        try:
            with session.request(
                method,
                url,
                data=form,
                auth=basic,
                timeout=_TIMEOUT_SECONDS,
                allow_redirects=False,
                stream=True,
            ) as answer:
                return read_json(_content(answer))
        except (requests.RequestException, MalformedDocumentError, OSError) as error:
            detail = f"{url}: {type(error).__name__}: {error}"[:500]
            message = "the issuer of the token cannot be asked"
            raise IssuerError(message, detail=detail) from error


def _content(answer: requests.Response) -> bytes:
    if answer.request.method == "POST" and answer.status_code in _REFUSALS:
        raise UnauthenticatedError("the issuer does not take this code")
    if answer.status_code != requests.codes.ok:
        raise requests.RequestException(f"status {answer.status_code}")
    deadline = time.monotonic() + _DEADLINE_SECONDS
    content = bytearray()
    for chunk in answer.iter_content(_CHUNK):
        content += chunk
        if len(content) > _LARGEST or time.monotonic() > deadline:
            raise requests.RequestException("too large or too slow")
    return bytes(content)
