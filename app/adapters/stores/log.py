"""The append-only log in a database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from app.adapters.stores.database import Database
from app.adapters.stores.schema import document, entry, head, idempotency
from app.domain.decision import Outcome
from app.domain.digest import Digest
from app.domain.entry import Draft, Entry, Idempotency, Kind, Page, microseconds, seal
from app.domain.errors import IdempotencyConflictError, InvalidDigestError, StoreError
from app.ports import Clock

LOG = 0
"""The number of the log in this database; every key holds it, so that there can be more."""


class DatabaseLog:
    """Implements the port Log. One transaction an entry, under the lock of the head row."""

    def __init__(self, database: Database, name: str, clock: Clock) -> None:
        self.name = name
        self._database = database
        self._clock = clock
        with database.write() as connection:
            self._found(connection)

    def append(self, draft: Draft, idempotency: Idempotency | None = None) -> Entry:
        """Append durably, or give back what this key already made."""
        with self._database.write() as connection:
            if idempotency and (made := self._made(connection, idempotency)):
                return made
            return self.append_within(connection, draft, idempotency)

    def append_within(
        self, connection: Connection, draft: Draft, key: Idempotency | None = None
    ) -> Entry:
        """Append within a write transaction that others also write in."""
        row = connection.execute(
            select(head.c.size, head.c.last_at).where(head.c.log == LOG).with_for_update()
        ).one()
        at = max(microseconds(self._clock.now()), row.last_at)
        made = Entry(
            log=self.name,
            seq=row.size,
            id=draft.id,
            kind=draft.kind,
            at=at,
            actor=draft.actor,
            body=seal(draft, self.name, row.size, at),
        )
        for sha256, content in draft.documents:
            keep_document(connection, sha256, content)
        connection.execute(insert(entry), _row(made, draft))
        if key:
            connection.execute(insert(idempotency), _key_row(key, made.seq))
        connection.execute(
            update(head).where(head.c.log == LOG).values(size=row.size + 1, last_at=at)
        )
        return made

    def repeated(self, idempotency: Idempotency) -> Entry | None:
        """Find what this key already made."""
        with self._database.read() as connection:
            return self._made(connection, idempotency)

    def find(self, entry_id: str, kind: Kind) -> Entry | None:
        """Find one entry."""
        found = self._entries(_select().where(entry.c.kind == kind, entry.c.id == entry_id))
        return found[0] if found else None

    def page(self, kind: Kind, *, before: int | None, limit: int) -> Page:
        """List entries of a kind, newest first, below the sequence number `before`."""
        query = _select().where(entry.c.kind == kind).order_by(entry.c.seq.desc())
        if before is not None:
            query = query.where(entry.c.seq < before)
        found = self._entries(query.limit(limit + 1))
        kept = tuple(found[:limit])
        return Page(kept, kept[-1].seq if len(found) > limit else None)

    def about(self, release: Digest, kind: Kind) -> Sequence[Entry]:
        """List the entries of a kind about one release, oldest first."""
        query = _select().where(entry.c.release_digest == release, entry.c.kind == kind)
        return self._entries(query.order_by(entry.c.seq))

    def released(self, model: str, stage: str, release: Digest) -> bool:
        """Tell whether this release of the model was ever allowed on the stage."""
        allowed = _select().where(
            entry.c.release_digest == release,
            entry.c.kind == Kind.DECISION,
            entry.c.outcome == Outcome.ALLOW,
            entry.c.model == model,
            entry.c.stage == stage,
        )
        with self._database.read() as connection:
            return bool(connection.execute(select(exists(allowed.subquery()))).scalar_one())

    def is_first(self, model: str, stage: str, release: Digest) -> bool:
        """Tell whether no other release of the model was ever allowed on the stage."""
        others = _select().where(
            entry.c.model == model,
            entry.c.stage == stage,
            entry.c.kind == Kind.DECISION,
            entry.c.outcome == Outcome.ALLOW,
            entry.c.release_digest != release,
        )
        with self._database.read() as connection:
            return not connection.execute(select(exists(others.subquery()))).scalar_one()

    def ping(self) -> None:
        """Raise StoreError unless the log can be written: by a small write that is committed."""
        now = microseconds(self._clock.now())
        with self._database.write() as connection:
            written = connection.execute(
                update(head).where(head.c.log == LOG).values(pinged_at=now)
            )
            if written.rowcount != 1:
                raise StoreError("the log has lost its head")

    def _found(self, connection: Connection) -> None:
        name = connection.execute(select(head.c.name).where(head.c.log == LOG)).scalar()
        if name is None:
            row = {"log": LOG, "name": self.name, "size": 0, "last_at": 0, "pinged_at": 0}
            connection.execute(insert(head), row)
        elif name != self.name:
            raise StoreError(f"this store holds the log {name!r}, not {self.name!r}")

    def _made(self, connection: Connection, key: Idempotency) -> Entry | None:
        row = connection.execute(
            select(idempotency.c.seq, idempotency.c.request_sha256).where(
                idempotency.c.log == LOG,
                idempotency.c.caller == key.caller,
                idempotency.c.key == key.key,
            )
        ).one_or_none()
        if row is None:
            return None
        if row.request_sha256 != key.request_sha256:
            raise IdempotencyConflictError("this idempotency key was used for another request")
        return self._entry(connection.execute(_select().where(entry.c.seq == row.seq)).one())

    def _entries(self, query: Select[Any]) -> list[Entry]:
        with self._database.read() as connection:
            return [self._entry(row) for row in connection.execute(query)]

    def _entry(self, row: Row[Any]) -> Entry:
        try:
            return Entry(
                self.name, row.seq, row.id, Kind(row.kind), row.at, row.actor, bytes(row.body)
            )
        except ValueError as error:
            raise StoreError(f"entry {row.seq} cannot be read", detail=str(error)) from error


def keep_document(connection: Connection, sha256: Digest, content: bytes) -> bool:
    """Keep a document within a write transaction; True if it is new."""
    if Digest.of(content) != sha256:
        raise InvalidDigestError(f"the content is not that of digest {sha256}")
    row = {"sha256": str(sha256), "content": content}
    return connection.execute(_insert_if_new(connection).values(row)).rowcount == 1


def _insert_if_new(connection: Connection) -> Insert:
    if connection.dialect.name == "sqlite":
        return sqlite.insert(document).on_conflict_do_nothing()
    return postgresql.insert(document).on_conflict_do_nothing()


def _select() -> Select[Any]:
    columns = (entry.c.seq, entry.c.id, entry.c.kind, entry.c.at, entry.c.actor, entry.c.body)
    return select(*columns).where(entry.c.log == LOG)


def _row(made: Entry, draft: Draft) -> dict[str, object]:
    return {
        "log": LOG,
        "seq": made.seq,
        "id": made.id,
        "kind": made.kind.value,
        "at": made.at,
        "actor": made.actor,
        "release_digest": draft.release_digest and str(draft.release_digest),
        "model": draft.model,
        "stage": draft.stage,
        "outcome": draft.outcome and str(draft.outcome),
        "body": made.body,
    }


def _key_row(key: Idempotency, seq: int) -> dict[str, object]:
    return {
        "log": LOG,
        "caller": key.caller,
        "key": key.key,
        "request_sha256": str(key.request_sha256),
        "seq": seq,
    }
