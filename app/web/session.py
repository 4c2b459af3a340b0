"""The session of a browser: a cookie that holds a short-lived token.

The cookie is Secure, HttpOnly and bound to this host (`__Host-`, RFC 6265bis section
4.1.3.2): browsers keep it over HTTPS, and over plain HTTP only on the machine itself.
"""

from __future__ import annotations

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from app.domain.caller import Caller
from app.domain.errors import UnauthenticatedError
from app.gate.pages import session
from app.web.context import caller, ports

COOKIE = "__Host-countersign"
HOME = "web.home.page"
SIGNED_IN = "signed_in"
"""A mark in the address behind a sign-in: without a session there, the cookie was not kept."""


def start(who: Caller, to: str | None = None) -> Answer:
    """Sign somebody in who has proven who they are, and send the browser on its way.

    Every way to sign in ends here. `to` is a path of this gate. Raises StoreError.
    """
    issued = session.start(who, ports())
    answer = redirect(local(to) or url_for(HOME, signed_in=1), 303)
    lives = issued.expires_at - ports().clock.now()
    answer.set_cookie(
        COOKIE,
        issued.token,
        max_age=max(0, int(lives.total_seconds())),
        secure=True,
        httponly=True,
        samesite="Lax",
    )
    return answer


def resume() -> Caller | None:
    """Tell whose session the cookie is; None without one that is alive."""
    presented = request.cookies.get(COOKIE)
    if not presented:
        return None
    try:
        return ports().tokens.authenticate(presented, ports().clock.now())
    except UnauthenticatedError:
        return None


def must_be_signed_in() -> Answer | None:
    """Put the caller where pages look for it, or lead to the page where one signs in."""
    known = resume()
    if known is not None:
        g.caller = known
        # The mark has done its work: kept in the address, it would blame the browser later on.
        is_marked = request.endpoint == HOME and SIGNED_IN in request.args
        return redirect(url_for(HOME), 303) if is_marked else None
    if request.method != "GET" or request.headers.get("HX-Request"):
        raise UnauthenticatedError("the session has ended: sign in again")
    wanted = request.full_path.rstrip("?")
    lost = 1 if SIGNED_IN in request.args else None
    return redirect(url_for("web.signing.page", to=wanted, lost=lost), 303)


def end() -> Answer:
    """End the caller's session at the gate, and let the browser forget it."""
    session.end(caller(), ports())
    answer: Answer = redirect(url_for("web.signing.page"), 303)
    answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Lax")
    return answer


def local(to: str | None) -> str | None:
    """Give a path back if it leads nowhere but to this gate."""
    is_path = to is not None and to.startswith("/") and not to.startswith(("//", "/\\"))
    return to if is_path and to is not None and to.isprintable() else None
