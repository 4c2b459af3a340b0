"""Health: is the process alive, and can the gate decide?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Blueprint, Response

from app.api import answers
from app.api.context import ports
from app.domain.errors import GateError
from app.gate.rollout.agreement import must_run_what_is_handed_out

blueprint = Blueprint("health", __name__)


@blueprint.get("/livez")
def livez() -> Response:
    """Say that the process answers."""
    return answers.document({"status": "alive"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """Ask each port whether it works; 503 names those that do not."""
    world = ports()
    pings: dict[str, Callable[[], object]] = {
        "policy_engine": world.engine.ping,
        "policies": partial(must_run_what_is_handed_out, world.engine, world.bundles),
        "signatures": world.signatures.ping,
        "log": world.log.ping,
    }
    states = {name: _state(ping) for name, ping in pings.items()}
    is_ready = all(state == "ready" for state in states.values())
    members = {"status": "ready" if is_ready else "not_ready", "ports": states}
    return answers.document(members, status=200 if is_ready else 503)


def _state(ping: Callable[[], object]) -> str:
    try:
        ping()
    except GateError as error:
        return f"{error.code}: {error.message}"
    return "ready"
