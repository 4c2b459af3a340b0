# ruff: noqa: INP001 - a module of its own, which MLflow loads
"""An app for `mlflow server --app-name countersign`: no protected alias moves without an allow.

MLflow's REST API and its pages set aliases by two prefixes of one route; both are guarded, before
MLflow sees the request. The gate is asked about `models:/<name>/<version>` on the stage that
the alias stands for. What is not allowed is refused with the gate's reason, and so is everything
while the gate does not answer. Settings: COUNTERSIGN_URL, COUNTERSIGN_TOKEN (a deployer's),
COUNTERSIGN_ALIASES (such as `production=production,canary=staging`: alias to stage).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

import requests
from flask import Flask, Response, request

ROUTE = "/2.0/mlflow/registered-models/alias"
_TIMEOUT_SECONDS = (3, 10)


class Guard:
    """Asks the gate before a protected alias is set."""

    def __init__(self, url: str, token: str, aliases: Mapping[str, str]) -> None:
        """Keep where to ask, as whom, and the stage of each protected alias."""
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}
        # A database may compare without case, so a protected alias has no other spelling.
        self._stages = {alias.casefold(): stage for alias, stage in aliases.items()}

    def check(self) -> Response | None:
        """Let a request pass (None), or refuse it with the reason."""
        if request.method != "POST" or not request.path.rstrip("/").endswith(ROUTE):
            return None
        asked = _document()
        if asked is None:
            return _refusal(400, "INVALID_PARAMETER_VALUE", "expected a JSON object")
        stage = self._stages.get(str(asked.get("alias", "")).strip().casefold())
        if stage is None:
            return None
        reference = f"models:/{asked.get('name')}/{asked.get('version')}"
        return self._ask(reference, stage)

    def _ask(self, reference: str, stage: str) -> Response | None:
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.get(
                    f"{self._url}/v1/enforcement/body",
                    params={"reference": reference, "stage": stage},
                    headers=self._headers,
                    timeout=_TIMEOUT_SECONDS,
                    allow_redirects=False,
                )
            said = answer.json() if answer.status_code == requests.codes.ok else {}
        except requests.RequestException as error:
            message = f"the gate did not answer: {type(error).__name__}"
            return _refusal(503, "TEMPORARILY_UNAVAILABLE", message)
        if said.get("allow") is True:
            return None
        message = said.get("message") or f"the gate answered {answer.status_code}"
        return _refusal(403, "PERMISSION_DENIED", f"Countersign: {message} {said.get('url', '')}")


def create_app() -> Any:  # noqa: ANN401 - a WSGI or an ASGI application, as MLflow serves it
    """Put the guard before all of MLflow's routes. Raises ValueError for a missing setting."""
    from mlflow.server import app  # noqa: PLC0415 - only where MLflow serves

    guard(app)
    if os.environ.get("_MLFLOW_SGI_NAME") != "uvicorn":
        return app
    from mlflow.server.fastapi_app import create_fastapi_app  # noqa: PLC0415 - likewise

    return create_fastapi_app(app)


def guard(app: Flask) -> None:
    """Put the guard of the settings before every route of an application."""
    pairs = (pair.partition("=") for pair in _setting("COUNTERSIGN_ALIASES").split(","))
    aliases = {alias.strip(): stage.strip() for alias, _, stage in pairs}
    if not all(alias and stage for alias, stage in aliases.items()):
        raise ValueError("COUNTERSIGN_ALIASES: expected alias=stage, and more behind commas")
    url, token = _setting("COUNTERSIGN_URL"), _setting("COUNTERSIGN_TOKEN")
    app.before_request(Guard(url, token, aliases).check)


def _setting(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ValueError(
            f"{name} is not set: without it no alias is guarded, and nothing is served"
        )
    return value


def _document() -> dict[str, Any] | None:
    # As MLflow reads it: whatever the content type, and also JSON within a JSON text.
    value = request.get_json(force=True, silent=True)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    return value if isinstance(value, dict) else None


def _refusal(status: int, code: str, message: str) -> Response:
    content = json.dumps({"error_code": code, "message": message.strip()})
    return Response(content, status, mimetype="application/json")
