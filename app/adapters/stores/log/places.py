"""Named places: each points at the newest entry about one thing, and moves only as expected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, func, select

from app.adapters.stores.database import Database
from app.adapters.stores.log import reading
from app.adapters.stores.log.reading import ENTRIES, LOG
from app.adapters.stores.schema import entry, move
from app.domain.entry import Entry, Move, PlacedEntry
from app.domain.errors import MovedError

_NOW = (
    select(move.c.place, func.max(move.c.seq).label("seq"))
    .where(move.c.log == LOG, move.c.place.in_(bindparam("names", expanding=True)))
    .group_by(move.c.place)
)
_MOVES = (
    ENTRIES.join(move, (move.c.log == entry.c.log) & (move.c.seq == entry.c.seq))
    .where(move.c.place == bindparam("name"))
    .order_by(move.c.seq)
)
_LAST = _MOVES.order_by(None).order_by(move.c.seq.desc()).limit(1)
_NAMED = (
    select(move.c.place, func.max(move.c.seq).label("seq"))
    .where(
        move.c.log == LOG,
        move.c.place >= bindparam("first"),
        move.c.place < bindparam("end"),
        move.c.place > bindparam("after"),
    )
    .group_by(move.c.place)
    .order_by(move.c.place)
    .limit(bindparam("most"))
)
_HIGHEST = "\U0010ffff"


class Places:
    """Where the places of a batch point, as its drafts move them one after the other."""

    def __init__(self, connection: Connection, names: Iterable[str]) -> None:
        wanted = sorted(set(names))
        rows = connection.execute(_NOW, {"names": wanted}) if wanted else ()
        self._now: dict[str, int] = {row.place: row.seq for row in rows}

    def move(self, moves: Sequence[Move], seq: int) -> None:
        """Move all the places to an entry, or none. Raises MovedError."""
        for wanted in moves:
            now = self._now.get(wanted.place)
            if now != wanted.expected:
                raise MovedError(wanted.place, now)
        self._now |= {wanted.place: seq for wanted in moves}


def pointed_at(database: Database, log: str, place: str, until: int | None) -> Entry | None:
    """Find the entry that a place points at, or pointed at before a time. Raises StoreError."""
    query = _LAST if until is None else _LAST.where(entry.c.at < bindparam("until"))
    values = {"name": place} if until is None else {"name": place, "until": until}
    with database.read() as connection:
        row = connection.execute(query, values).one_or_none()
        return None if row is None else reading.of_row(log, row)


def history(database: Database, log: str, place: str) -> list[Entry]:
    """List every entry that a place ever pointed at, oldest first. Raises StoreError."""
    return reading.entries(database, log, _MOVES, {"name": place})


def named(database: Database, log: str, prefix: str, after: str, limit: int) -> list[PlacedEntry]:
    """List places by the beginning of their names, each with its entry. Raises StoreError."""
    values = {"first": prefix, "end": prefix + _HIGHEST, "after": after, "most": limit}
    with database.read() as connection:
        rows = connection.execute(_NAMED, values).all()
        return [(row.place, reading.at_seq(connection, log, row.seq)) for row in rows]
