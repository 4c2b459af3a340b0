"""Health: is the process alive, and can the gate decide?"""

from __future__ import annotations

from flask import Blueprint, Response

from app.api import answers
from app.api.context import ports
from app.gate.pages import readiness

blueprint = Blueprint("health", __name__)


@blueprint.get("/livez")
def livez() -> Response:
    """Say that the process answers."""
    return answers.document({"status": "alive"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """Ask each port whether it works; 503 names those that do not."""
    states = readiness.states(ports())
    is_ready = all(state == readiness.READY for state in states.values())
    members = {"status": "ready" if is_ready else "not_ready", "ports": states}
    return answers.document(members, status=200 if is_ready else 503)
