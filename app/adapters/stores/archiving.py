"""Archives in the store: which ranges are in one, and the bodies that it let go of.

In the transaction that records an archive, and so under the lock of the head:
    (1) the range is known as archived
    (2) what stands below its end, whose body is still here, and what each is needed for
    (3) the bodies that nothing needs go; columns, leaves and all that stands beside stay
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    select,
)

from app.adapters.stores import dialect
from app.adapters.stores.schema import archive, entry, move, personal
from app.domain.canonical import canonical_json
from app.domain.decision import Outcome
from app.domain.digest import Digest
from app.domain.entry import MAY_GO, Entry, Kind, rfc3339
from app.domain.errors import ArchivedError, StoreError
from app.domain.retention.archives import Archive, Archived, Detachment, Standing, leaving

LOG = 0
"""The number of the log in this database (`reading.LOG`)."""
IS_HERE: ColumnElement[bool] = func.length(entry.c.body) > 0
"""Holds for an entry whose body is not in an archive alone."""

_RECORD = insert(archive)
_STANDING = (
    select(
        entry.c.seq,
        entry.c.kind,
        entry.c.release_digest,
        entry.c.model,
        entry.c.stage,
        entry.c.outcome,
    )
    .where(entry.c.log == LOG, entry.c.seq < bindparam("high"), IS_HERE)
    .order_by(entry.c.seq)
)
_MOVED = select(move.c.seq).where(move.c.log == LOG, move.c.seq < bindparam("high")).distinct()
_SAID = select(personal.c.seq).where(personal.c.log == LOG, personal.c.seq < bindparam("high"))
_LATER = entry.alias("later")


def _still(place: ColumnElement[int]) -> Select[Any]:
    later = exists().where(
        _LATER.c.log == LOG,
        _LATER.c.release_digest == entry.c.release_digest,
        place >= bindparam("high"),
    )
    below = (entry.c.log == LOG, entry.c.seq < bindparam("high"), IS_HERE)
    return select(entry.c.release_digest).where(*below, later).distinct()


STILL = {
    # Else SQLite walks all that came later, for each entry that is archived.
    "sqlite": _still(literal_column("+later.seq", BigInteger)),
    "postgresql": _still(_LATER.c.seq),
}
"""Asks for the releases below a place that later entries are about, on each database."""
_ALLOWED = (
    select(entry.c.release_digest)
    .where(
        entry.c.log == LOG,
        entry.c.kind == Kind.DECISION.value,
        entry.c.outcome == Outcome.ALLOW.value,
        entry.c.model == bindparam("of_model"),
        entry.c.stage == bindparam("on_stage"),
        entry.c.release_digest != bindparam("besides"),
    )
    .order_by(entry.c.seq.desc())
    .limit(1)
)
_COVERING = (
    select(archive)
    .where(
        archive.c.log == LOG,
        archive.c.low <= bindparam("of_seq"),
        archive.c.high > bindparam("of_seq"),
    )
    .order_by(archive.c.seq.desc())
    .limit(1)
)
_ANY = select(archive.c.seq).where(archive.c.log == LOG).limit(1)
_GONE = select(func.count()).where(
    entry.c.log == LOG,
    entry.c.seq >= bindparam("low"),
    entry.c.seq < bindparam("high"),
    ~IS_HERE,
)
_ALL: Select[Any] = select(archive).where(archive.c.log == LOG).order_by(archive.c.low)
_COLUMNS = select(entry).where(entry.c.log == LOG, entry.c.seq == bindparam("of_seq"))
_STATED = ("id", "kind", "actor", "release_digest", "model", "stage", "outcome")


def detach(connection: Connection, seq: int, detachment: Detachment) -> None:
    """Record an archive at the entry that tells of it, and let go of what nothing needs."""
    kept = detachment.archive
    row = {"low": kept.low, "high": kept.high, "sha256": kept.sha256, "location": kept.location}
    connection.execute(_RECORD, {"log": LOG, "seq": seq, **row})  # (1)
    rows = connection.execute(_STANDING, {"high": kept.high}).all()  # (2)
    standing = [
        Standing(row.seq, row.kind in MAY_GO, row.release_digest, row.model) for row in rows
    ]
    needed = {
        place
        for query in (_MOVED, _SAID)
        for place in connection.execute(query, {"high": kept.high}).scalars()
    }
    still = STILL[connection.dialect.name]
    live = set(connection.execute(still, {"high": kept.high}).scalars())
    live |= _compared_with(connection, rows)
    dialect.detach(connection, LOG, leaving(standing, needed, live, detachment.holds))  # (3)


def must_be_allowed(connection: Connection) -> None:
    """Raise StoreError unless the owner of the database lets this gate let go of bodies."""
    if not dialect.may_detach(connection):
        message = "the gate's role in the database may not let go of what is in an archive"
        remedy = "its owner can let it, by `countersign store migrate --role ROLE --may-detach`"
        raise StoreError(f"{message}: {remedy}")


def is_any(connection: Connection) -> bool:
    """Tell whether anything was ever archived."""
    return connection.execute(_ANY).first() is not None


def archives(connection: Connection) -> list[Archived]:
    """List the archives, in the order of the log."""
    return [
        Archived(_archive(row), row.seq, _left(connection, row))
        for row in connection.execute(_ALL).all()
    ]


def stub(connection: Connection, log: str, seq: int) -> Entry:
    """Make the entry whose body is in an archive, with a body that tells in which."""
    where = connection.execute(_COVERING, {"of_seq": seq}).one_or_none()
    row = connection.execute(_COLUMNS, {"of_seq": seq}).one_or_none()
    if where is None or row is None:
        raise StoreError(f"the body of entry {seq} is missing, and no archive has it")
    body = {
        "archived": {
            "sha256": where.sha256,
            "location": where.location,
            "low": where.low,
            "high": where.high,
            "recorded": where.seq,
        },
        "at": rfc3339(row.at),
        "entry": {n: getattr(row, n) for n in _STATED if getattr(row, n) is not None},
        "leaf_sha256": bytes(row.leaf).hex(),
        "log": log,
        "seq": seq,
    }
    kind, content = Kind(row.kind), canonical_json(body)
    return Entry(log, seq, row.id, kind, row.at, row.actor, content, is_archived=True)


def must_be_here(connection: Connection, places: Sequence[int]) -> None:
    """Raise ArchivedError, which says where they are, if there are any such entries."""
    if places:
        where = connection.execute(_COVERING, {"of_seq": places[0]}).one_or_none()
        if where is None:
            raise StoreError(f"the body of entry {places[0]} is missing, and no archive has it")
        message = f"entry {places[0]} is in the archive {where.sha256} at {where.location}"
        raise ArchivedError(message)


def _compared_with(connection: Connection, rows: Sequence[Any]) -> set[str]:
    # A release is compared with the last one that was allowed, or the last besides itself.
    pairs = {
        (row.model, row.stage)
        for row in rows
        if row.kind == Kind.DECISION and row.outcome == Outcome.ALLOW
    }
    found: set[str] = set()
    for model, stage in pairs:
        values = {"of_model": model, "on_stage": stage, "besides": ""}
        newest = connection.execute(_ALLOWED, values).scalar()
        if newest is not None:
            before = connection.execute(_ALLOWED, {**values, "besides": newest}).scalar()
            found |= _named(newest, before)
    return found


def _named(*digests: str | None) -> set[str]:
    return {digest for digest in digests if digest is not None}


def _archive(row: Row[Any]) -> Archive:
    return Archive(row.low, row.high, Digest(row.sha256), row.location)


def _left(connection: Connection, row: Row[Any]) -> int:
    count: int = connection.execute(_GONE, {"low": row.low, "high": row.high}).scalar_one()
    return count
