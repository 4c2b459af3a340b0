"""AUTHENTICATE: before any view, from a bearer token to a caller (RFC 6750).

The token is one that the gate made, or one that a trusted issuer signed (OIDC).
"""

from __future__ import annotations

import base64
import binascii

from flask import g, request

from app.api.context import ports
from app.domain.caller import OWN, Caller
from app.domain.enforcement import key
from app.domain.errors import UnauthenticatedError

OPEN_ENDPOINTS = frozenset(
    {
        "authzen.read_configuration",
        "health.livez",
        "health.readyz",
        "webhooks.post_webhook",
    }
)
"""The only routes without a token: they tell nothing, or a signature of the body is the proof."""
BASIC_BLUEPRINTS = frozenset({"delivery_tools"})
"""Routes for tools that can put a token nowhere but into the URL, as its password."""
KEYED_BLUEPRINTS = frozenset({"kubernetes"})
"""Routes for callers that send no header of ours: a token stands in their path as a key."""
PAGES = "web"
"""Blueprint of the pages, which know their readers by a session instead of a header."""


def authenticate() -> None:
    """Find out who asks, by a header or by a key in the path, or raise UnauthenticatedError."""
    if request.endpoint in OPEN_ENDPOINTS or PAGES in request.blueprints:
        return
    header = request.headers.get("Authorization", "")
    in_path = (request.view_args or {}).get("key")
    if not header and in_path and request.blueprint in KEYED_BLUEPRINTS:
        g.caller = _caller(key.read(in_path))
    else:
        g.caller = _caller(_presented(header))


def _presented(header: str) -> str:
    scheme, _, credentials = header.partition(" ")
    if scheme.lower() == "bearer" and credentials:
        return credentials.strip()
    if scheme.lower() == "basic" and request.blueprint in BASIC_BLUEPRINTS:
        return _password(credentials)
    raise UnauthenticatedError("expected the header 'Authorization: Bearer <token>'")


def _password(credentials: str) -> str:
    # RFC 7617: the name before the first colon is whatever the tool's user likes.
    try:
        plain = base64.b64decode(credentials.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise UnauthenticatedError("expected a token as the password") from error
    return plain.partition(":")[2]


def _caller(presented: str) -> Caller:
    """Tell by its shape whether the gate made a token or an issuer signed it."""
    now = ports().clock.now()
    if presented.startswith(OWN):
        return ports().tokens.authenticate(presented, now)
    return ports().identities.issuers.authenticate(presented, now)
