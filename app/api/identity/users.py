"""RECEIVE: an operator adds, invites, disables and lists the users of the gate itself."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from app.api import answers, submissions
from app.api.context import caller, permits, ports
from app.api.models import asked, written
from app.domain.caller import ANY, Action, Role, Scope
from app.domain.identity.user import User
from app.gate.people import users
from app.gate.people.users import Invited

blueprint = Blueprint("users", __name__)


@blueprint.post("/v1/users")
@permits(Action.ADMINISTER)
def post_user() -> Response:
    """Add a user; the code by which they set a password is answered once."""
    body = submissions.body("user_request")
    roles, scope = _roles(body)
    return _invitation(users.add(body["name"], roles, scope, caller().subject, ports()))


@blueprint.get("/v1/users")
@permits(Action.ADMINISTER)
def list_users() -> Response:
    """List every user by name."""
    return answers.document({"users": [_user(user) for user in users.every(ports())]})


@blueprint.get("/v1/users/<name>")
@permits(Action.ADMINISTER)
def read_user(name: str) -> Response:
    """Give one user, with the ETag that a change of roles rests on."""
    return _tagged(users.find(name, ports())[1])


@blueprint.put("/v1/users/<name>/roles")
@permits(Action.ADMINISTER)
def put_roles(name: str) -> Response:
    """Give a user other roles; If-Match says which ones they had."""
    seen = asked.must_expect()
    roles, scope = _roles(submissions.body("user_roles"))
    return _tagged(users.change(name, roles, scope, seen.seq, caller().subject, ports()))


@blueprint.post("/v1/users/<name>/invite")
@permits(Action.ADMINISTER)
def invite_user(name: str) -> Response:
    """Make another code, by which a user sets another password."""
    return _invitation(users.invite(name, ports()))


@blueprint.post("/v1/users/<name>/disable")
@permits(Action.ADMINISTER)
def disable_user(name: str) -> Response:
    """Let a user sign in no more, and end their sessions."""
    users.disable(name, caller().subject, ports())
    return answers.document(_user(users.find(name, ports())[1]))


def _invitation(invited: Invited) -> Response:
    members = {"code": invited.code, "expires_at": invited.expires_at, **_user(invited.user)}
    return answers.document(members, status=201)


def _roles(body: dict[str, Any]) -> tuple[frozenset[Role], Scope]:
    roles = frozenset(Role(role) for role in body["roles"])
    projects, stages = body.get("projects", [ANY]), body.get("stages", [ANY])
    return roles, Scope(frozenset(projects), frozenset(stages))


def _tagged(user: User) -> Response:
    return written.tagged(_user(user), user.seq or 0)


def _user(user: User) -> dict[str, Any]:
    return {
        "name": user.name,
        "subject": user.subject,
        "roles": sorted(role.value for role in user.roles),
        "projects": sorted(user.scope.projects),
        "stages": sorted(user.scope.stages),
        "state": user.state.value,
        "seq": user.seq,
    }
