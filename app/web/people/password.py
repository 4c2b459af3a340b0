"""Sign in by name and password; set a password by a one-time link.

The link's code stands behind a `#`, which browsers send nowhere: no log and no Referer has it.
"""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as Answer

from app.domain.errors import InvalidSubmissionError, UnauthenticatedError
from app.gate.people import invitations, signing_in
from app.web import session, signing
from app.web.context import ports

blueprint = Blueprint("password", __name__)


@blueprint.post("/sign-in/password")
def sign_in() -> Answer | tuple[str, int]:
    """Start the session of a user of this gate."""
    name, password = request.form.get("name", "").strip(), request.form.get("password", "")
    try:
        who = signing_in.sign_in(name, password, ports())
    except UnauthenticatedError as error:
        return signing.form(error.message), 401
    return session.start(who, request.form.get("to"))


@blueprint.get("/set-up")
def page() -> str:
    """Ask for the code of the link; a script takes it out of the address."""
    return render_template("set_up_code.html", wrong="")


@blueprint.post("/set-up")
def choose() -> str | tuple[str, int]:
    """Ask for a password, and for the name of the first user."""
    code = request.form.get("code", "").strip()
    try:
        offered = invitations.look(code, ports())
    except UnauthenticatedError as error:
        return render_template("set_up_code.html", wrong=error.message), 401
    return _form(code, offered.name, "")


@blueprint.post("/set-up/password")
def accept() -> Answer | str | tuple[str, int]:
    """Set the password, and start the session of whoever has set it."""
    given = request.form
    code, name = given.get("code", ""), given.get("name", "").strip()
    try:
        offered = invitations.look(code, ports())
        _must_be_typed_twice(given.get("password", ""), given.get("again", ""))
        who = invitations.accept(code, name, given.get("password", ""), ports())
    except UnauthenticatedError as error:
        return render_template("set_up_code.html", wrong=error.message), 401
    except InvalidSubmissionError as error:
        return _form(code, offered.name, error.message, typed=name), 422
    return session.start(who)


def _must_be_typed_twice(password: str, again: str) -> None:
    if password != again:
        raise InvalidSubmissionError("the two passwords are not the same", pointer="/again")


def _form(code: str, name: str | None, wrong: str, typed: str = "") -> str:
    return render_template("set_up.html", code=code, name=name, wrong=wrong, typed=typed)
