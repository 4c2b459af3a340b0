"""Issue a token: a subject, its roles, and a secret that is told once and never kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.caller import Caller, Role, bearer
from app.ports import Ports


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token, to be shown once."""

    token: str
    caller: Caller
    expires_at: datetime


def issue_token(
    subject: str, roles: frozenset[Role], lifetime: timedelta, by: str, ports: Ports
) -> IssuedToken:
    """Make a token for a subject in these roles, recorded in the log under who made it.

    Raises StoreError.
    """
    caller = Caller(subject=subject, roles=roles, token_id=ports.new_id())
    secret = ports.new_secret()
    expires_at = ports.clock.now() + lifetime
    ports.tokens.create(caller, secret, expires_at, by=by)
    return IssuedToken(bearer(caller.token_id, secret), caller, expires_at)
