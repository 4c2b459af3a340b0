"""Checks a store from within: columns, side tables, tiles and checkpoints against the bodies.

What an outsider verifies are bodies and hashes. The columns and tables by which entries are
found are in no tree: so they are compared with the bodies that they were made from.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import Row, bindparam, select

from app.adapters.stores import archiving
from app.adapters.stores.checking.side_tables import SideTables
from app.adapters.stores.database import Database
from app.adapters.stores.log.reading import LOG
from app.adapters.stores.schema import checkpoint, document, entry, head, tile
from app.domain.digest import Digest
from app.domain.errors import ProofError, StoreError
from app.domain.log import merkle
from app.domain.log.facets import facets
from app.domain.log.merkle import TILE_WIDTH, Frontier
from app.domain.log.trust import Trust
from app.domain.retention.archives import Archive

PIECE = 1024
"""Entries looked at at a time: whole tiles."""
_REPEATED = ("id", "kind", "actor", "release_digest", "model", "stage", "outcome")
_HEAD = select(head.c.size, head.c.frontier).where(head.c.log == LOG)
_ROWS = (
    select(entry)
    .where(entry.c.log == LOG, entry.c.seq >= bindparam("low"), entry.c.seq < bindparam("high"))
    .order_by(entry.c.seq)
)
_SIGNED = select(checkpoint).where(checkpoint.c.log == LOG).order_by(checkpoint.c.size)
_TILES = (
    select(tile.c.number, tile.c.root, tile.c.hashes)
    .where(tile.c.log == LOG, tile.c.level == bindparam("of_level"))
    .order_by(tile.c.number)
)
_DOCUMENTS = (
    select(document).where(document.c.sha256 > bindparam("after")).order_by(document.c.sha256)
)


def check(
    database: Database, trust: Trust, progress: Callable[[int, int], object] | None = None
) -> Iterator[str]:
    """Tell every fault of the store, naming the entry. Raises StoreError.

    `progress` hears how many of how many entries were looked at.
    """
    with database.read() as connection:
        kept = connection.execute(_HEAD).one_or_none()
        signed = connection.execute(_SIGNED).all()
    if kept is None:
        raise StoreError("the store holds no log")
    leaves: list[bytes] = []
    with closing(SideTables()) as beside:
        for low in range(0, kept.size, PIECE):
            high = min(low + PIECE, kept.size)
            yield from _piece(database, low, high, beside, leaves)
            if progress:
                progress(high, kept.size)
        with database.read() as connection:
            yield from beside.remaining(connection, kept.size)
    yield from _signatures(signed, leaves, trust)
    if merkle.grow(merkle.EMPTY, leaves).frontier.packed() != bytes(kept.frontier):
        yield "the head of the tree is not that of the entries"
    yield from _tiles(database, leaves)
    yield from _documents(database)


def _piece(
    database: Database, low: int, high: int, beside: SideTables, leaves: list[bytes]
) -> Iterator[str]:
    with database.read() as connection:
        rows = connection.execute(_ROWS, {"low": low, "high": high}).all()
        missing = sorted(set(range(low, high)) - {row.seq for row in rows})
        yield from (f"entry {place} is missing" for place in missing)
        bodies: dict[int, dict[str, Any]] = {}
        archived = [one.archive for one in archiving.archives(connection)]
        for row in rows:
            yield from _faults(row, bodies, archived)
        yield from beside.faults(connection, low, high, bodies)
    leaves.extend(
        merkle.leaf_hash(bytes(row.body)) if row.body else bytes(row.leaf) for row in rows
    )


def _faults(
    row: Row[Any], bodies: dict[int, dict[str, Any]], archived: Sequence[Archive]
) -> Iterator[str]:
    if not row.body:
        if not any(kept.low <= row.seq < kept.high for kept in archived):
            yield f"entry {row.seq}: its body is missing, and no archive has it"
        return
    if merkle.leaf_hash(bytes(row.body)) != bytes(row.leaf):
        yield f"entry {row.seq}: its leaf is not that of its body"
    try:
        body = json.loads(bytes(row.body))
        repeated, known = body["entry"], facets(body)
    except (ValueError, KeyError, TypeError, AttributeError):
        yield f"entry {row.seq}: its body cannot be read"
        return
    bodies[row.seq] = body
    stated = {name: repeated.get(name) for name in _REPEATED}
    stated |= {"seq": body.get("seq"), "version": known.version, "policy": known.policy}
    for name, value in stated.items():
        if getattr(row, name) != value:
            yield f"entry {row.seq}: its column {name} is not what its body says"


def _signatures(signed: Sequence[Row[Any]], leaves: Sequence[bytes], trust: Trust) -> Iterator[str]:
    frontier: Frontier = merkle.EMPTY
    for row in signed:
        try:
            stated = trust.believe(row.signed)
        except ProofError as error:
            yield f"the checkpoint of size {row.size}: {error.message}"
            continue
        if stated.size != row.size or stated.size > len(leaves):
            yield f"the checkpoint of size {row.size} is of another log than the one here"
            continue
        frontier = merkle.grow(frontier, leaves[frontier.size : stated.size]).frontier
        if frontier.root != stated.root:
            yield f"the checkpoint of size {row.size} was signed over other entries"


def _tiles(database: Database, leaves: Sequence[bytes]) -> Iterator[str]:
    level, below = 0, list(leaves)
    while len(below) >= TILE_WIDTH:
        roots: list[bytes] = []
        made: dict[int, tuple[bytes, bytes]] = {}
        for number in range(len(below) // TILE_WIDTH):
            hashes = below[number * TILE_WIDTH : (number + 1) * TILE_WIDTH]
            roots.append(merkle.fold(hashes))
            made[number] = (roots[-1], b"".join(hashes))
        with database.read() as connection:
            kept = {
                row.number: (bytes(row.root), bytes(row.hashes))
                for row in connection.execute(_TILES, {"of_level": level})
            }
        for number in sorted(made.keys() | kept.keys()):
            if made.get(number) != kept.get(number):
                place = number * TILE_WIDTH ** (level + 1)
                yield f"tile {number} of level {level} is not that of the entries from {place} on"
        level, below = level + 1, roots


def _documents(database: Database) -> Iterator[str]:
    after = ""
    while True:
        with database.read() as connection:
            row = connection.execute(_DOCUMENTS.limit(1), {"after": after}).one_or_none()
        if row is None:
            return
        after = row.sha256
        if Digest.of(bytes(row.content)) != row.sha256:
            yield f"document {row.sha256} is damaged"
