"""Passwords' hashes and one-time invitations, beside the log: never in it.

Who is a user, in which roles, is in the log; this holds only what must be forgotten when it
changes. Every row can be lost: the user is then invited again.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hmac import compare_digest

from sqlalchemy import delete, insert, select, update

from app.adapters.stores.database import Database
from app.adapters.stores.schema import invitation, password
from app.domain.digest import Digest
from app.domain.entry import microseconds
from app.domain.identity.password import Credential, Invitation

_NOBODY = Digest.of(b"")


class DatabaseCredentials:
    """Implements the port Credentials."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, name: str) -> Credential | None:
        """Read what is kept of a user's password."""
        with self._database.read() as connection:
            query = select(password).where(password.c.name == name)
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        failed_at = None if row.failed_at is None else _moment(row.failed_at)
        return Credential(row.hashed, row.failures, failed_at)

    def keep(self, name: str, hashed: str) -> None:
        """Keep a password's hash in place of an earlier one."""
        with self._database.write() as connection:
            connection.execute(delete(password).where(password.c.name == name))
            connection.execute(insert(password), {"name": name, "hashed": hashed, "failures": 0})

    def forget(self, name: str) -> None:
        """Forget a user's password, and every invitation to set one."""
        with self._database.write() as connection:
            connection.execute(delete(password).where(password.c.name == name))
            connection.execute(delete(invitation).where(invitation.c.name == name))

    def failed(self, name: str, now: datetime) -> None:
        """Count a wrong password."""
        with self._database.write() as connection:
            counted = {"failures": password.c.failures + 1, "failed_at": microseconds(now)}
            connection.execute(update(password).where(password.c.name == name).values(counted))

    def succeeded(self, name: str) -> None:
        """Forget the wrong passwords before the right one."""
        with self._database.write() as connection:
            forgotten = {"failures": 0, "failed_at": None}
            connection.execute(update(password).where(password.c.name == name).values(forgotten))

    def invite(self, offered: Invitation, secret: str) -> None:
        """Keep an invitation in place of earlier ones to the same person."""
        row = {
            "id": offered.id,
            "name": offered.name,
            "secret_sha256": str(Digest.of(secret.encode())),
            "expires_at": microseconds(offered.expires_at),
        }
        with self._database.write() as connection:
            connection.execute(
                delete(invitation).where(invitation.c.name.is_not_distinct_from(offered.name))
            )
            connection.execute(insert(invitation), row)

    def invitation(self, offered_id: str, secret: str, now: datetime) -> Invitation | None:
        """Find an invitation that can still be used; None for any other."""
        with self._database.read() as connection:
            query = select(invitation).where(invitation.c.id == offered_id)
            row = connection.execute(query).one_or_none()
        kept = row.secret_sha256 if row else _NOBODY
        is_right = compare_digest(kept, Digest.of(secret.encode()))
        if row is None or not is_right or row.expires_at <= microseconds(now):
            return None
        return Invitation(row.id, row.name, _moment(row.expires_at))

    def use_up(self, offered: Invitation) -> bool:
        """Take an invitation away; False when somebody else has used it."""
        with self._database.write() as connection:
            gone = connection.execute(delete(invitation).where(invitation.c.id == offered.id))
            return gone.rowcount == 1


def _moment(at: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
