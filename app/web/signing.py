"""Sign in with an access token, and sign out."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from app.domain.errors import UnauthenticatedError
from app.web import session
from app.web.context import ports

blueprint = Blueprint("signing", __name__)


@blueprint.get("/sign-in")
def page() -> str | Answer:
    """Ask who one is."""
    if session.resume() is not None:
        return redirect(session.local(request.args.get("to")) or "/", 303)
    return form("")


@blueprint.post("/sign-in")
def sign_in() -> Answer | tuple[str, int]:
    """Start a session in the roles of the token that was pasted."""
    presented = request.form.get("token", "").strip()
    try:
        who = ports().tokens.authenticate(presented, ports().clock.now())
    except UnauthenticatedError as error:
        return form(error.message), 401
    return session.start(who, request.form.get("to"))


@blueprint.post("/sign-out")
def sign_out() -> Answer:
    """End the session at the gate, not only in this browser."""
    return session.end()


def form(wrong: str) -> str:
    """Write the page with every way to sign in, and what went wrong."""
    to = session.local(request.values.get("to")) or ""
    offered = ports().identities.sign_ins.offered()
    is_lost = "lost" in request.args
    return render_template("sign_in.html", wrong=wrong, to=to, is_lost=is_lost, offered=offered)
