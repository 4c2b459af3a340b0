"""A browser's session: a short-lived token in the roles of whoever proved who they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.caller import Caller, bearer
from app.gate.issue_token import IssuedToken
from app.ports import Ports

LIFETIME = timedelta(hours=8)
"""A working day; then one signs in again."""


def start(caller: Caller, ports: Ports) -> IssuedToken:
    """Make a token for this caller's browser, recorded in the log.

    It has the caller's roles and no more, and ends no later than the token that the caller
    showed: by its time, and when that one is revoked. Raises StoreError.
    """
    now = ports.clock.now()
    shown = next((t for t in ports.tokens.all() if t.caller.token_id == caller.token_id), None)
    ends = [now + LIFETIME]
    if shown is not None and shown.expires_at is not None:
        ends.append(shown.expires_at)
    return _issue(caller, None if shown is None else caller.token_id, min(ends), ports)


def end(caller: Caller, ports: Ports) -> None:
    """End the session of this caller now. Raises NotFoundError, StoreError."""
    ports.tokens.revoke(caller.token_id, by=caller.subject)


def _issue(
    caller: Caller, opened_by: str | None, expires_at: datetime, ports: Ports
) -> IssuedToken:
    session = replace(caller, token_id=ports.new_id())
    secret = ports.new_secret()
    ports.tokens.create(session, secret, expires_at, by=caller.subject, opened_by=opened_by)
    return IssuedToken(bearer(session.token_id, secret), session, expires_at)
