"""Issue a token: a subject, its roles, and a secret that is told once and never kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.domain.caller import Caller, Role, Scope, bearer, must_go_together
from app.domain.errors import InvalidSubmissionError
from app.ports import Tokens

ELSEWHERE = ("local:", "https://", "http://")
"""How subjects of users and issuers begin: no token makes somebody one of them."""


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """Whom a token is for, in which roles, where they hold, and until when."""

    subject: str
    roles: frozenset[Role]
    scope: Scope
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token, to be shown once."""

    token: str
    caller: Caller
    expires_at: datetime


def issue_token(
    asked: TokenRequest,
    by: str,
    tokens: Tokens,
    new_id: Callable[[], str],
    new_secret: Callable[[], str],
) -> IssuedToken:
    """Make a token, recorded in the log under who made it.

    Raises ForbiddenError for roles that nobody holds together, InvalidSubmissionError for the
    name of somebody who proves otherwise who they are, StoreError.
    """
    if asked.subject.startswith(ELSEWHERE):
        message = f"subject: {asked.subject[:80]!r} signs in, and is given no token"
        raise InvalidSubmissionError(message, pointer="/subject")
    must_go_together(asked.roles)
    caller = Caller(asked.subject, asked.roles, new_id(), asked.scope)
    secret = new_secret()
    tokens.create(caller, secret, asked.expires_at, by=by, opened_by=None)
    return IssuedToken(bearer(caller.token_id, secret), caller, asked.expires_at)
