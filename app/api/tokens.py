"""RECEIVE: an operator issues a token; it is answered once and only its hash is kept."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response

from app.api import answers, submissions
from app.api.context import caller, permits, ports
from app.domain.caller import Action, Role
from app.gate.issue_token import issue_token

blueprint = Blueprint("tokens", __name__)


@blueprint.post("/v1/tokens")
@permits(Action.ADMINISTER)
def post_token() -> Response:
    """Issue a token to a subject in some roles."""
    asked = submissions.body("token_request")
    roles = frozenset(Role(role) for role in asked["roles"])
    lifetime = timedelta(days=asked["expires_in_days"])
    issued = issue_token(asked["subject"], roles, lifetime, caller().subject, ports())
    members = {
        "token": issued.token,
        "token_id": issued.caller.token_id,
        "subject": issued.caller.subject,
        "roles": sorted(role.value for role in issued.caller.roles),
        "expires_at": issued.expires_at.isoformat(timespec="seconds"),
    }
    return answers.document(members, status=201)
