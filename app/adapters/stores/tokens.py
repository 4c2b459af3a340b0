"""Bearer tokens in a database: only the hash of a secret is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from app.adapters.stores.database import Database
from app.adapters.stores.log.appending import Work
from app.adapters.stores.log.writer import Writer
from app.adapters.stores.schema import token
from app.domain.caller import Caller, Role, Scope, Token
from app.domain.digest import Digest
from app.domain.entry import Draft, Entry, Kind, microseconds, rfc3339
from app.domain.errors import NotFoundError, StoreError, UnauthenticatedError

_ID = "[A-Za-z0-9-]{1,64}"
_SECRET = "[A-Za-z0-9_-]{32,128}"  # noqa: S105 - the shape of a secret
_PRESENTED = re.compile(f"cs_({_ID})_({_SECRET})")
_NOBODY = Digest.of(b"")
"""Compared with when the id is unknown, so that both ways do the same work."""
_OPENER = token.alias("opener")
_FOUND = (
    select(token, _OPENER.c.revoked_at.label("opener_revoked_at"))
    .select_from(token.outerjoin(_OPENER, token.c.opened_by == _OPENER.c.id))
    .where(token.c.id == bindparam("id"))
)


class DatabaseTokens:
    """Implements the port Tokens. Every new or ended token is an entry of the log."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    def authenticate(self, presented: str, now: datetime) -> Caller:
        """Tell whose token this is."""
        parts = _PRESENTED.fullmatch(presented)
        if parts is None:
            raise UnauthenticatedError("this is not a token of this gate")
        token_id, secret = parts.groups()
        with self._database.read() as connection:
            row = connection.execute(_FOUND, {"id": token_id}).one_or_none()
        kept = row.secret_sha256 if row else _NOBODY
        is_right = compare_digest(kept, Digest.of(secret.encode()))
        if row is None or not is_right:
            raise UnauthenticatedError("no such token")
        if row.revoked_at is not None:
            raise UnauthenticatedError("this token was revoked")
        if row.opener_revoked_at is not None:
            raise UnauthenticatedError("the token that opened this session was revoked")
        if row.expires_at is not None and row.expires_at <= microseconds(now):
            raise UnauthenticatedError("this token has expired")
        return _caller(row)

    def create(
        self,
        caller: Caller,
        secret: str,
        expires_at: datetime | None,
        *,
        by: str,
        opened_by: str | None,
    ) -> Entry:
        """Keep a new token's hash, and record in the log who made it."""
        if not re.fullmatch(_ID, caller.token_id) or not re.fullmatch(_SECRET, secret):
            raise ValueError("a token has an id of letters, digits and - and a long secret")
        expiry = None if expires_at is None else microseconds(expires_at)
        held = {
            "roles": sorted(role.value for role in caller.roles),
            "projects": sorted(caller.scope.projects),
            "stages": sorted(caller.scope.stages),
        }
        body: dict[str, Any] = {"token_id": caller.token_id, "subject": caller.subject, **held}
        if expiry is not None:
            body["expires_at"] = rfc3339(expiry)
        if opened_by is not None:
            body["opened_by"] = opened_by
        row = {
            "id": caller.token_id,
            "subject": caller.subject,
            **{name: json.dumps(values) for name, values in held.items()},
            "secret_sha256": str(Digest.of(secret.encode())),
            "expires_at": expiry,
            "opened_by": opened_by,
        }

        def keep(connection: Connection, made: Entry) -> None:
            connection.execute(insert(token), {**row, "created_at": made.at})

        draft = Draft(caller.token_id, Kind.TOKEN_CREATED, by, body)
        return self._writer.append(Work(draft, also=keep))

    def revoke(self, token_id: str, *, by: str) -> Entry:
        """End a token now, and record who did."""
        alive = (token.c.id == token_id) & token.c.revoked_at.is_(None)
        with self._database.read() as connection:
            subject = connection.execute(select(token.c.subject).where(alive)).scalar()
        if subject is None:
            raise NotFoundError(f"no token {token_id[:64]!r} that could be revoked")

        def end(connection: Connection, made: Entry) -> None:
            connection.execute(update(token).where(alive).values(revoked_at=made.at))

        body = {"token_id": token_id, "subject": subject}
        draft = Draft(token_id, Kind.TOKEN_REVOKED, by, body)
        return self._writer.append(Work(draft, also=end))

    def all(self) -> Sequence[Token]:
        """List every token, the oldest first, without secrets."""
        with self._database.read() as connection:
            rows = connection.execute(select(token).order_by(token.c.created_at, token.c.id))
            return [
                Token(
                    _caller(row),
                    _moment(row.created_at),
                    _when(row.expires_at),
                    _when(row.revoked_at),
                )
                for row in rows
            ]


def _caller(row: Row[Any]) -> Caller:
    try:
        roles = frozenset(Role(role) for role in json.loads(row.roles))
        scope = Scope(frozenset(json.loads(row.projects)), frozenset(json.loads(row.stages)))
    except (ValueError, TypeError) as error:
        raise StoreError("the roles of a token cannot be read", detail=str(error)) from error
    return Caller(row.subject, roles, row.id, scope)


def _when(at: int | None) -> datetime | None:
    return None if at is None else _moment(at)


def _moment(at: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
