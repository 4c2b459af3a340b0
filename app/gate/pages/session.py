"""A browser's session: a short-lived token in the roles of whoever proved who they are."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.caller import Caller, bearer
from app.domain.errors import NotFoundError, UnauthenticatedError
from app.domain.identity import user as users
from app.domain.identity.user import State
from app.gate.issue_token import IssuedToken
from app.ports import Ports

LIFETIME = timedelta(hours=8)
"""A working day; then one signs in again."""


def start(caller: Caller, ports: Ports) -> IssuedToken:
    """Make a token for this caller's browser, recorded in the log.

    It has the caller's roles and no more, and ends no later than the token that the caller
    showed: by its time, and when that one is revoked. Raises UnauthenticatedError for a user of
    the gate who was disabled, or whose roles were changed, since they proved who they are;
    StoreError.
    """
    now = ports.clock.now()
    shown = next((t for t in ports.tokens.all() if t.caller.token_id == caller.token_id), None)
    ends = [now + LIFETIME]
    if shown is not None and shown.expires_at is not None:
        ends.append(shown.expires_at)
    issued = _issue(caller, None if shown is None else caller.token_id, min(ends), ports)
    if shown is None and not _is_still(caller, ports):
        # Who ended this user's sessions may have looked before there was this one; after it
        # they see it, and before it we see what they did.
        _end_if_alive(issued.caller, ports)
        message = "what you may do was changed while you signed in: sign in again"
        raise UnauthenticatedError(message)
    return issued


def end(caller: Caller, ports: Ports) -> None:
    """End the session of this caller now. Raises NotFoundError, StoreError."""
    ports.tokens.revoke(caller.token_id, by=caller.subject)


def _is_still(caller: Caller, ports: Ports) -> bool:
    if not caller.subject.startswith(users.LOCAL):
        return True
    entry = ports.log.at_place(users.place(caller.subject.removeprefix(users.LOCAL)))
    now = None if entry is None else users.read(entry)
    return now is not None and now.state is State.ACTIVE and now.caller == caller


def _end_if_alive(caller: Caller, ports: Ports) -> None:
    with suppress(NotFoundError):  # they have ended it already
        end(caller, ports)


def _issue(
    caller: Caller, opened_by: str | None, expires_at: datetime, ports: Ports
) -> IssuedToken:
    session = replace(caller, token_id=ports.new_id())
    secret = ports.new_secret()
    ports.tokens.create(session, secret, expires_at, by=caller.subject, opened_by=opened_by)
    return IssuedToken(bearer(session.token_id, secret), session, expires_at)
