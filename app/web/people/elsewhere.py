"""Sign in at an issuer (OpenID Connect): the browser leaves, and comes back with a code.

What has to match when it comes back is kept in a cookie of this browser alone. Leaving is a
link, not a form: it changes nothing here, and browsers follow no form to another site.
"""

from __future__ import annotations

import base64
import binascii
import json

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as Answer

from app.domain.errors import UnauthenticatedError
from app.domain.identity.departure import Departure
from app.web import session, signing
from app.web.context import ports

blueprint = Blueprint("elsewhere", __name__)

COOKIE = "__Host-countersign-away"
_LONGEST_AWAY = 600
"""Seconds."""


@blueprint.get("/sign-in/with/<name>")
def leave(name: str) -> Answer:
    """Send the browser to an issuer."""
    new = ports().new_secret
    departure = Departure(name, state=new(), nonce=new(), verifier=new())
    answer = redirect(ports().identities.sign_ins.leave(departure), 303)
    kept = _written(departure, session.local(request.args.get("to")) or "")
    answer.set_cookie(
        COOKIE, kept, max_age=_LONGEST_AWAY, secure=True, httponly=True, samesite="Lax"
    )
    return answer


@blueprint.get("/sign-in/callback")
def arrive() -> Answer | tuple[str, int]:
    """Start the session of whoever came back."""
    sign_ins, now = ports().identities.sign_ins, ports().clock.now()
    try:
        departure, to = _read(request.cookies.get(COOKIE, ""))
        who = sign_ins.arrive(departure, request.args.to_dict(), now)
    except UnauthenticatedError as error:
        return signing.form(error.message), 401
    answer = session.start(who, to)
    answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Lax")
    return answer


def _written(departure: Departure, to: str) -> str:
    kept = [departure.name, departure.state, departure.nonce, departure.verifier, to]
    return base64.urlsafe_b64encode(json.dumps(kept).encode()).decode()


def _read(cookie: str) -> tuple[Departure, str]:
    try:
        name, state, nonce, verifier, to = json.loads(base64.urlsafe_b64decode(cookie))
    except (binascii.Error, ValueError, TypeError) as error:
        message = "this browser has begun no sign-in, or was away for too long"
        raise UnauthenticatedError(message) from error
    return Departure(name, state, nonce, verifier), to
