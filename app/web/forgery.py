"""Forms that no other site can send in the reader's name (CSRF).

Each form holds a MAC over a purpose, keyed with a cookie that other sites cannot read: the
session, or, before one is signed in, a random one that is made with the form. Browsers that
say where a request comes from (Sec-Fetch-Site) are believed besides.
"""

from __future__ import annotations

import hmac

from flask import g, request
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from app.domain.errors import ForbiddenError
from app.web.context import ports
from app.web.session import COOKIE

FIELD = "form_token"
ANONYMOUS = "__Host-countersign-form"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS = frozenset({"same-origin", "none"})


def must_be_ours() -> None:
    """Raise ForbiddenError for a form that was not made for this reader."""
    if request.method in _SAFE:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in _OURS:
        raise ForbiddenError("this form was sent from another site")
    key = request.cookies.get(COOKIE) or request.cookies.get(ANONYMOUS)
    given = request.form.get(FIELD) or request.headers.get("X-Form-Token", "")
    if not key or not hmac.compare_digest(_mac(key).encode(), given.encode()):
        raise ForbiddenError("this form is too old, or was not made for you: load the page again")


def form_token() -> str:
    """Write the token of this reader's forms."""
    key = request.cookies.get(COOKIE) or request.cookies.get(ANONYMOUS)
    if not key:
        key = g.anonymous = g.get("anonymous") or ports().new_secret()
    return _mac(key)


def field() -> Markup:
    """Write the hidden field that every form holds."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, form_token())


def remember(answer: Answer) -> Answer:
    """Set the cookie of a form that was made for somebody who is not signed in."""
    if "anonymous" in g:
        answer.set_cookie(ANONYMOUS, g.anonymous, secure=True, httponly=True, samesite="Lax")
    return answer


def _mac(key: str) -> str:
    return hmac.digest(key.encode(), b"countersign form", "sha256").hex()
