"""Texts about or by persons: kept beside the log, erased by an entry that says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select

from app.adapters.stores.database import Database
from app.adapters.stores.log.reading import LOG
from app.adapters.stores.schema import personal
from app.domain.entry import Draft, Personal

_KEEP = insert(personal)
_ERASE = delete(personal).where(personal.c.log == LOG, personal.c.seq == bindparam("of_seq"))
_TEXTS = (
    select(personal.c.seq, personal.c.name, personal.c.text, personal.c.salt)
    .where(personal.c.log == LOG, personal.c.seq.in_(bindparam("places", expanding=True)))
    .order_by(personal.c.seq, personal.c.name)
)


def write(connection: Connection, drafts: Iterable[tuple[int, Draft]]) -> None:
    """Keep and erase what the drafts, each at its place, say."""
    kept = [
        {"log": LOG, "seq": seq, "name": one.name, "salt": one.salt, "text": one.text}
        for seq, draft in drafts
        for one in draft.personal
    ]
    if kept:
        connection.execute(_KEEP, kept)


def erase(connection: Connection, drafts: Iterable[Draft]) -> None:
    """Erase the texts that the drafts erase."""
    for draft in drafts:
        if draft.erases is not None:
            connection.execute(_ERASE, {"of_seq": draft.erases})


def texts(database: Database, places: Sequence[int]) -> dict[int, tuple[Personal, ...]]:
    """Read the texts that are still there, by the place of their entry. Raises StoreError."""
    if not places:
        return {}
    found: dict[int, list[Personal]] = {}
    with database.read() as connection:
        for row in connection.execute(_TEXTS, {"places": list(places)}):
            found.setdefault(row.seq, []).append(Personal(row.name, row.text, row.salt))
    return {seq: tuple(kept) for seq, kept in found.items()}
