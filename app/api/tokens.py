"""RECEIVE: an operator issues a token; it is answered once and only its hash is kept."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response

from app.api import answers, submissions
from app.api.context import caller, permits, ports
from app.domain.caller import ANY, Action, Role, Scope
from app.gate.issue_token import TokenRequest, issue_token

blueprint = Blueprint("tokens", __name__)


@blueprint.post("/v1/tokens")
@permits(Action.ADMINISTER)
def post_token() -> Response:
    """Issue a token to a subject in some roles."""
    body, world = submissions.body("token_request"), ports()
    asked = TokenRequest(
        subject=body["subject"],
        roles=frozenset(Role(role) for role in body["roles"]),
        scope=Scope(frozenset(body.get("projects", [ANY])), frozenset(body.get("stages", [ANY]))),
        expires_at=world.clock.now() + timedelta(days=body["expires_in_days"]),
    )
    issued = issue_token(asked, caller().subject, world.tokens, world.new_id, world.new_secret)
    members = {
        "token": issued.token,
        "token_id": issued.caller.token_id,
        "subject": issued.caller.subject,
        "roles": sorted(role.value for role in issued.caller.roles),
        "projects": sorted(issued.caller.scope.projects),
        "stages": sorted(issued.caller.scope.stages),
        "expires_at": issued.expires_at.isoformat(timespec="seconds"),
    }
    return answers.document(members, status=201)
