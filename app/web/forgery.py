"""Forms that no other site can send in the reader's name (CSRF).

Each form holds a salt and a MAC over it, keyed with a cookie that other sites cannot read: the
session, or, before one is signed in, a random one that is made with the form. Browsers that
say where a request comes from (Sec-Fetch-Site) are believed besides. The salt is another one in
each page: the length of compressed pages must not tell, guess by guess, what stands in all of
them (BREACH, CVE-2013-3587; ADR 0093).
"""

from __future__ import annotations

import hmac

from flask import g, request
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from app.domain.digest import Digest
from app.domain.errors import ForbiddenError
from app.web.context import ports
from app.web.session import COOKIE

FIELD = "form_token"
ANONYMOUS = "__Host-countersign-form"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS = frozenset({"same-origin", "none"})
_SALT_CHARS = 32
"""Hexadecimal digits of the salt, and as many of the MAC: 128 bits each."""


def must_be_ours() -> None:
    """Raise ForbiddenError for a form that was not made for this reader."""
    if request.method in _SAFE:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in _OURS:
        raise ForbiddenError("this form was sent from another site")
    key = request.cookies.get(COOKIE) or request.cookies.get(ANONYMOUS)
    given = request.form.get(FIELD) or request.headers.get("X-Form-Token", "")
    if not key or not hmac.compare_digest(_signed(key, given[:_SALT_CHARS]), given.encode()):
        raise ForbiddenError("this form is too old, or was not made for you: load the page again")


def form_token() -> str:
    """Write the token of this reader's forms."""
    key = request.cookies.get(COOKIE) or request.cookies.get(ANONYMOUS)
    if not key:
        key = g.anonymous = g.get("anonymous") or ports().new_secret()
    g.form_salt = g.get("form_salt") or Digest.of(ports().new_secret().encode())[:_SALT_CHARS]
    return _signed(key, g.form_salt).decode()


def field() -> Markup:
    """Write the hidden field that every form holds."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, form_token())


def remember(answer: Answer) -> Answer:
    """Set the cookie of a form that was made for somebody who is not signed in."""
    if "anonymous" in g:
        answer.set_cookie(ANONYMOUS, g.anonymous, secure=True, httponly=True, samesite="Lax")
    return answer


def _signed(key: str, salt: str) -> bytes:
    mac = hmac.digest(key.encode(), b"countersign form " + salt.encode(), "sha256")
    return f"{salt}{mac.hex()[:_SALT_CHARS]}".encode()
