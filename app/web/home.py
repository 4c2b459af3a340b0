"""Home: what waits for the reader, by role."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.domain.caller import APPROVER_ROLES, Action, Role
from app.domain.errors import PolicyEngineError
from app.gate.approvals import inbox
from app.gate.pages import readiness
from app.web import standing
from app.web.context import caller, may, permits, ports
from app.web.seeing import Seen

blueprint = Blueprint("home", __name__)

MOST = 20
"""Releases shown of each list."""


@blueprint.get("/")
@permits(Action.READ)
def page() -> str:
    """Show what waits for the reader."""
    roles = caller().roles
    with ports().log.snapshot():
        listed = {
            "waiting": inbox.inbox(caller(), ports(), MOST) if roles & APPROVER_ROLES else None,
            "mine": _own() if Role.SUBMITTER in roles else None,
            "recent": standing.recent(MOST // 2),
        }
    return render_template(
        "home.html",
        health=readiness.states(ports()) if may(Action.OBSERVE) else None,
        engine=ports().engine.identity,
        revision=_revision(),
        checkpoint=standing.checkpoint() if may(Action.OBSERVE) else None,
        **listed,
    )


def _own() -> list[Seen]:
    return standing.submitted_by(caller().subject, MOST)


def _revision() -> str:
    try:
        return ports().engine.ping()
    except PolicyEngineError as error:
        return error.message
