"""Asks a gate over HTTP: what the command line knows of the API."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
import requests

from app.domain.canonical import canonical_json
from app.domain.digest import Digest

_LARGEST_INLINE = 64 * 1024
_TIMEOUT_SECONDS = 60
_NO_URL = (
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
)


class ClientError(Exception):
    """The gate could not be asked, or could not answer; the message says why."""

    def __init__(
        self, message: str, status: int | None = None, code: str = "", detail: str = ""
    ) -> None:
        """Keep the HTTP status with which the gate refused, and its problem, if it did."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.detail = detail


def segment(name: str) -> str:
    """Write a name or an id as one part of a path, whatever is in it.

    Raises click.UsageError for what a path cannot hold as a part (RFC 3986 section 3.3).
    """
    if name in {"", ".", ".."}:
        raise click.UsageError(f"not a name or an id: {name!r}")
    return quote(name, safe="")


class Client:
    """A gate at one URL, asked with one token."""

    def __init__(self, url: str, token: str) -> None:
        """Keep one connection: no redirects, no proxy from the environment."""
        self._url = url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"

    def document(self, path: Path) -> dict[str, str]:
        """Refer to a document in a submission: small ones inline, large ones uploaded first."""
        content = path.read_bytes()
        if len(content) <= _LARGEST_INLINE:
            return {"name": path.name, "base64": base64.b64encode(content).decode()}
        sha256 = Digest.of(content)
        self.ask("PUT", f"/v1/blobs/{sha256}", content)
        return {"name": path.name, "sha256": sha256}

    def post(self, path: str, document: object, prefer: str | None = None) -> dict[str, Any]:
        """Post a JSON document and give the JSON answer. Raises ClientError."""
        return self.ask("POST", path, canonical_json(document), prefer)

    def ask(
        self,
        method: str,
        path: str,
        content: bytes | None = None,
        prefer: str | None = None,
        **also: str,
    ) -> dict[str, Any]:
        """Ask, and give the JSON answer. Raises ClientError with the problem's own words.

        `also` are headers, with _ for -: If_Match='"12"'.
        """
        headers = {"Content-Type": "application/json"} if method == "POST" else {}
        headers |= {name.replace("_", "-"): value for name, value in also.items()}
        if prefer is not None:
            headers["Prefer"] = prefer
        try:
            answer = self._session.request(
                method,
                self._url + path,
                data=content,
                headers=headers,
                timeout=_TIMEOUT_SECONDS,
                allow_redirects=False,
            )
            document = answer.json()
        except requests.RequestException as error:
            raise ClientError(_unanswered(self._url, error)) from error
        if not isinstance(document, dict) or not answer.ok:
            raise ClientError(_problem(answer.status_code, document), answer.status_code)
        return document

    def fetch(self, path: str) -> bytes | None:
        """Read what is no JSON document; None if there is nothing. Raises ClientError."""
        try:
            with self._session.get(
                self._url + path, timeout=_TIMEOUT_SECONDS, allow_redirects=False
            ) as answer:
                content = answer.content
        except requests.RequestException as error:
            raise ClientError(_unanswered(self._url, error)) from error
        if answer.status_code == requests.codes.not_found:
            return None
        if not answer.ok:
            raise ClientError(*_refusal(answer))
        return content

    def stream(self, path: str) -> Iterator[bytes]:
        """Read piece by piece. Raises ClientError, also when the answer breaks off."""
        try:
            with self._session.get(
                self._url + path, timeout=_TIMEOUT_SECONDS, allow_redirects=False, stream=True
            ) as answer:
                if not answer.ok:
                    raise ClientError(*_refusal(answer))
                yield from answer.iter_content(1 << 16)
        except requests.RequestException as error:
            message = f"the gate at {self._url} broke off: {type(error).__name__}"
            raise ClientError(message) from error


def _unanswered(url: str, error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.InvalidHeader):
        return "the token holds what no header can: expected one line, without spaces"
    if isinstance(error, _NO_URL):
        return f"not the URL of a gate: {url!r}, expected such as https://gate.example.org"
    return f"no answer from the gate at {url}: {type(error).__name__}"


def _refusal(answer: requests.Response) -> tuple[str, int, str, str]:
    try:
        problem = answer.json()
    except requests.JSONDecodeError:
        problem = None
    message = _problem(answer.status_code, problem)
    said = problem if isinstance(problem, dict) else {}
    code, detail = str(said.get("code", "")), str(said.get("detail", ""))
    return message, answer.status_code, code, detail


def _problem(status: int, document: object) -> str:
    if not isinstance(document, dict):
        return f"the gate answered {status} with something that is no JSON object"
    where = f" at {document['pointer']}" if document.get("pointer") else ""
    return f"{document.get('code', status)}{where}: {document.get('detail', 'no detail given')}"
