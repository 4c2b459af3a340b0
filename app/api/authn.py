"""AUTHENTICATE: before any view, from a bearer token to a caller (RFC 6750)."""

from __future__ import annotations

from flask import g, request

from app.api.context import ports
from app.domain.errors import UnauthenticatedError

OPEN_ENDPOINTS = frozenset({"health.livez", "health.readyz"})
"""The only routes that nobody has to prove who they are for."""
PAGES = "web"
"""Blueprint of the pages, which know their readers by a session instead of a header."""


def authenticate() -> None:
    """Find out who asks, or raise UnauthenticatedError; a header is the only place looked at."""
    if request.endpoint in OPEN_ENDPOINTS or PAGES in request.blueprints:
        return
    scheme, _, presented = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not presented:
        raise UnauthenticatedError("expected the header 'Authorization: Bearer <token>'")
    g.caller = ports().tokens.authenticate(presented.strip(), ports().clock.now())
