"""Users of this gate, for its operators: add, invite again, disable."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from app.domain.caller import ANY, Action, Role, Scope
from app.domain.errors import ForbiddenError, InvalidSubmissionError
from app.gate.people import users
from app.gate.people.users import Invited
from app.web.context import caller, permits, ports

blueprint = Blueprint("users", __name__)


@blueprint.get("/users")
@permits(Action.ADMINISTER)
def page() -> str:
    """List the users, with a form for another one."""
    return _page()


@blueprint.post("/users")
@permits(Action.ADMINISTER)
def add() -> str | tuple[str, int]:
    """Add a user, and show the link by which they set a password."""
    given = request.form
    try:
        roles = _roles(given.getlist("role"))
        scope = Scope(_named(given.get("projects", "")), _named(given.get("stages", "")))
        name = given.get("name", "").strip()
        invited = users.add(name, roles, scope, caller().subject, ports())
    except (InvalidSubmissionError, ForbiddenError) as error:
        return _page(wrong=error.message), 422
    return _page(invited)


@blueprint.post("/users/<name>/invite")
@permits(Action.ADMINISTER)
def invite(name: str) -> str:
    """Show a user another link."""
    return _page(users.invite(name, ports()))


@blueprint.post("/users/<name>/disable")
@permits(Action.ADMINISTER)
def disable(name: str) -> Answer:
    """Let a user sign in no more."""
    users.disable(name, caller().subject, ports())
    return redirect(url_for("web.users.page"), 303)


def _page(invited: Invited | None = None, wrong: str = "") -> str:
    return render_template(
        "users.html", users=users.every(ports()), invited=invited, wrong=wrong, roles=list(Role)
    )


def _roles(names: list[str]) -> frozenset[Role]:
    known = frozenset(Role(name) for name in names if name in set(Role))
    if not known or len(known) != len(names):
        raise InvalidSubmissionError("expected at least one role", pointer="/role")
    return known


def _named(text: str) -> frozenset[str]:
    return frozenset(text.replace(",", " ").split()) or frozenset({ANY})
