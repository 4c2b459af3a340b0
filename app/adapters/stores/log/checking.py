"""Checks a store from within: that columns, leaves and tree are those of the bodies.

What an outsider verifies are bodies and hashes. The columns, by which entries are found, are
in no tree: so they are compared with the body that repeats them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, bindparam, select

from app.adapters.stores.database import Database
from app.adapters.stores.log.reading import LOG
from app.adapters.stores.schema import entry, head
from app.domain.errors import StoreError
from app.domain.log import merkle
from app.domain.log.facets import facets

PIECE = 1000
_REPEATED = ("id", "kind", "actor", "release_digest", "model", "stage", "outcome")
_HEAD = select(head.c.size, head.c.frontier).where(head.c.log == LOG)
_ROWS = (
    select(entry)
    .where(entry.c.log == LOG, entry.c.seq >= bindparam("low"), entry.c.seq < bindparam("high"))
    .order_by(entry.c.seq)
)


def check(database: Database) -> Iterator[str]:
    """Tell every fault of the store, naming the entry. Raises StoreError."""
    with database.read() as connection:
        kept = connection.execute(_HEAD).one_or_none()
    if kept is None:
        raise StoreError("the store holds no log")
    tree = merkle.EMPTY
    for low in range(0, kept.size, PIECE):
        high = min(low + PIECE, kept.size)
        with database.read() as connection:
            rows = connection.execute(_ROWS, {"low": low, "high": high}).all()
        missing = sorted(set(range(low, high)) - {row.seq for row in rows})
        yield from (f"entry {place} is missing" for place in missing)
        for row in rows:
            yield from _faults(row)
        tree = merkle.grow(tree, [merkle.leaf_hash(bytes(row.body)) for row in rows]).frontier
    if tree.packed() != bytes(kept.frontier):
        yield "the head of the tree is not that of the entries"


def _faults(row: Row[Any]) -> Iterator[str]:
    if merkle.leaf_hash(bytes(row.body)) != bytes(row.leaf):
        yield f"entry {row.seq}: its leaf is not that of its body"
    try:
        body = json.loads(bytes(row.body))
        repeated, known = body["entry"], facets(body)
    except (ValueError, KeyError, TypeError, AttributeError):
        yield f"entry {row.seq}: its body cannot be read"
        return
    stated = {name: repeated.get(name) for name in _REPEATED}
    stated |= {"seq": body.get("seq"), "version": known.version, "policy": known.policy}
    for name, value in stated.items():
        if getattr(row, name) != value:
            yield f"entry {row.seq}: its column {name} is not what its body says"
