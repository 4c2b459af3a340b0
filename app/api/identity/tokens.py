"""RECEIVE: an operator issues, lists and revokes tokens; everybody may ask who they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response

from app.api import answers, submissions
from app.api.context import caller, permits, ports
from app.domain.caller import ANY, Action, Caller, Role, Scope, Token
from app.gate.issue_token import TokenRequest, issue_token

blueprint = Blueprint("tokens", __name__)


@blueprint.post("/v1/tokens")
@permits(Action.ADMINISTER)
def post_token() -> Response:
    """Issue a token; it is answered once, and only its hash is kept."""
    body, world = submissions.body("token_request"), ports()
    projects, stages = body.get("projects", [ANY]), body.get("stages", [ANY])
    asked = TokenRequest(
        subject=body["subject"],
        roles=frozenset(Role(role) for role in body["roles"]),
        scope=Scope(frozenset(projects), frozenset(stages)),
        expires_at=world.clock.now() + timedelta(days=body["expires_in_days"]),
    )
    issued = issue_token(asked, caller().subject, world.tokens, world.new_id, world.new_secret)
    ends = issued.expires_at.isoformat(timespec="seconds")
    members = {"token": issued.token, "expires_at": ends, **_held(issued.caller)}
    return answers.document({**members, "token_id": issued.caller.token_id}, status=201)


@blueprint.get("/v1/tokens")
@permits(Action.ADMINISTER)
def list_tokens() -> Response:
    """List the tokens that are alive, the oldest first, without their secrets."""
    now = ports().clock.now()
    alive = [_token(token) for token in ports().tokens.all() if token.is_alive(now)]
    return answers.document({"tokens": alive})


@blueprint.post("/v1/tokens/<token_id>/revoke")
@permits(Action.ADMINISTER)
def revoke_token(token_id: str) -> Response:
    """End a token now."""
    return answers.recorded(ports().tokens.revoke(token_id, by=caller().subject))


@blueprint.get("/v1/caller")
@permits(Action.READ)
def read_caller() -> Response:
    """Tell the caller who they are to the gate."""
    return answers.document(_held(caller()))


def _token(token: Token) -> dict[str, Any]:
    ends = token.expires_at and token.expires_at.isoformat(timespec="seconds")
    made = token.created_at.isoformat(timespec="seconds")
    members = {"token_id": token.caller.token_id, "created_at": made, **_held(token.caller)}
    return {**members, "expires_at": ends} if ends else members


def _held(who: Caller) -> dict[str, Any]:
    return {
        "subject": who.subject,
        "roles": sorted(role.value for role in who.roles),
        "projects": sorted(who.scope.projects),
        "stages": sorted(who.scope.stages),
    }
