"""AUTHENTICATE: before any view, from a bearer token to a caller (RFC 6750).

The token is one that the gate made, or one that a trusted issuer signed (OIDC).
"""

from __future__ import annotations

from flask import g, request

from app.api.context import ports
from app.domain.caller import OWN, Caller
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
    g.caller = _caller(presented.strip())


def _caller(presented: str) -> Caller:
    """Tell by its shape whether the gate made a token or an issuer signed it."""
    now = ports().clock.now()
    if presented.startswith(OWN):
        return ports().tokens.authenticate(presented, now)
    return ports().issuers.authenticate(presented, now)
