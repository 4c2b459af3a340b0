"""Asks a gate over HTTP: what the command line knows of the API."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import requests

from app.domain.canonical import canonical_json
from app.domain.digest import Digest

_LARGEST_INLINE = 64 * 1024
_TIMEOUT_SECONDS = 60


class ClientError(Exception):
    """The gate could not be asked, or could not answer; the message says why."""


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

    def post(self, path: str, document: object) -> dict[str, Any]:
        """Post a JSON document and give the JSON answer. Raises ClientError."""
        return self.ask("POST", path, canonical_json(document))

    def ask(self, method: str, path: str, content: bytes | None = None) -> dict[str, Any]:
        """Ask, and give the JSON answer. Raises ClientError with the problem's own words."""
        headers = {"Content-Type": "application/json"} if method == "POST" else {}
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
            message = f"no answer from the gate at {self._url}: {type(error).__name__}"
            raise ClientError(message) from error
        if not isinstance(document, dict) or not answer.ok:
            raise ClientError(_problem(answer.status_code, document))
        return document

    def read_blob(self, sha256: Digest) -> bytes | None:
        """Read a document of the gate, or None if it has none. Raises ClientError."""
        try:
            answer = self._session.get(
                f"{self._url}/v1/blobs/{sha256}", timeout=_TIMEOUT_SECONDS, allow_redirects=False
            )
        except requests.RequestException as error:
            message = f"no answer from the gate at {self._url}: {type(error).__name__}"
            raise ClientError(message) from error
        if answer.status_code == requests.codes.not_found:
            return None
        if answer.status_code != requests.codes.ok:
            raise ClientError(f"the gate answered {answer.status_code} for the document {sha256}")
        return answer.content


def _problem(status: int, document: object) -> str:
    if not isinstance(document, dict):
        return f"the gate answered {status} with something that is no JSON object"
    where = f" at {document['pointer']}" if document.get("pointer") else ""
    return f"{document.get('code', status)}{where}: {document.get('detail', 'no detail given')}"
