"""Reads entries and hashes from within a transaction."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select

from app.adapters.stores import archiving
from app.adapters.stores.database import Database
from app.adapters.stores.schema import entry, tile
from app.domain.entry import Entry, Kind
from app.domain.errors import EntryLostError, StoreError

LOG = 0
"""The number of the log in this database; every key holds it, so that there can be more."""

ENTRIES: Select[Any] = select(
    entry.c.seq, entry.c.id, entry.c.kind, entry.c.at, entry.c.actor, entry.c.body
).where(entry.c.log == LOG)
"""Every column that makes an Entry; add what selects."""

_PLACE = ENTRIES.where(entry.c.seq == bindparam("place"))
_LEAVES = (
    select(entry.c.leaf, entry.c.seq)
    .where(entry.c.log == LOG, entry.c.seq >= bindparam("first"), entry.c.seq < bindparam("end"))
    .order_by(entry.c.seq)
)
_ROOTS = (
    select(tile.c.root)
    .where(
        tile.c.log == LOG,
        tile.c.level == bindparam("below"),
        tile.c.number >= bindparam("first"),
        tile.c.number < bindparam("end"),
    )
    .order_by(tile.c.number)
)


def at_seq(connection: Connection, log: str, seq: int) -> Entry:
    """Read the entry at a place that is known to be taken. Raises ArchivedError, StoreError."""
    row = connection.execute(_PLACE, {"place": seq}).one_or_none()
    if row is None:
        raise EntryLostError(f"entry {seq} is missing from the log")
    archiving.must_be_here(connection, () if row.body else (seq,))
    return of_row(log, row)


def entries(
    database: Database, log: str, query: Select[Any], values: Mapping[str, Any]
) -> list[Entry]:
    """Read what a query over ENTRIES finds. Raises StoreError."""
    with database.read() as connection:
        return [of_row(log, row) for row in connection.execute(query, values)]


def of_row(log: str, row: Row[Any]) -> Entry:
    """Make an Entry of a row of ENTRIES. Raises StoreError."""
    if not row.body:
        raise StoreError(f"the body of entry {row.seq} is missing")
    try:
        return Entry(log, row.seq, row.id, Kind(row.kind), row.at, row.actor, bytes(row.body))
    except ValueError as error:
        raise StoreError(f"entry {row.seq} cannot be read", detail=str(error)) from error


def of_any_row(connection: Connection, log: str, row: Row[Any]) -> Entry:
    """Make an Entry of a row, also of one whose body is in an archive. Raises StoreError."""
    return of_row(log, row) if row.body else archiving.stub(connection, log, row.seq)


def hashes(connection: Connection, level: int, first: int, count: int) -> list[bytes]:
    """Read consecutive hashes of a tile level, from leaves or from roots of tiles below."""
    places = {"first": first, "end": first + count}
    if level == 0:
        rows = connection.execute(_LEAVES, places)
    else:
        rows = connection.execute(_ROOTS, {**places, "below": level - 1})
    kept = rows.all()
    if len(kept) != count:
        if level == 0:
            raise lost(first, count, {row.seq for row in kept})
        raise StoreError(f"{count - len(kept)} hashes of the tree are missing at level {level}")
    return [bytes(row[0]) for row in kept]


def lost(first: int, count: int, there: AbstractSet[int]) -> EntryLostError:
    """Name the first entry that is missing among consecutive ones."""
    seq = next(seq for seq in range(first, first + count) if seq not in there)
    more = count - len(there) - 1
    also = f" and {more} behind it are" if more else " is"
    return EntryLostError(f"entry {seq}{also} missing from the log")
