"""Appends a batch of drafts in one transaction: places, tree, and all that goes with them.

Under the lock of the head row, so that of all writers one appends at a time:
    (1) the head, which no frozen log gives out
    (2) what is refused: a key used for another request, an id used before, a body too large,
        a named place that is not where the draft expects it, a letting go that is not allowed
    (3) places, times and leaf hashes; then all rows
    (4) the tiles that became full, and the new head
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from app.adapters.stores import archiving, dialect
from app.adapters.stores.log import personal, reading
from app.adapters.stores.log.places import Places
from app.adapters.stores.log.reading import LOG
from app.adapters.stores.schema import entry, head, idempotency, identifier, move, reason, tile
from app.domain.entry import Draft, Entry, Idempotency, Prepared, prepared, rfc3339
from app.domain.errors import ArchivedError, GateError, IdempotencyConflictError, StoreError
from app.domain.log import merkle
from app.domain.log.facets import Facets, facets
from app.domain.log.merkle import Frontier

Also = Callable[[Connection, Entry], None]


@dataclass(frozen=True, slots=True)
class Work:
    """One draft to append, and what belongs into its transaction."""

    draft: Draft
    key: Idempotency | None = None
    also: Also | None = None
    """Writes what goes with the entry."""
    ready: Prepared | None = None
    """The draft as bytes, where its caller had the time to write them."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A draft that has its place in the log."""

    entry: Entry
    work: Work
    leaf: bytes
    facets: Facets


Outcome = Entry | GateError
"""What became of one work: its entry, or why there is none."""

_HEAD = (
    select(head.c.size, head.c.frontier, head.c.last_at, head.c.frozen)
    .where(head.c.log == LOG)
    .with_for_update()
)
_ADVANCE = (
    update(head)
    .where(head.c.log == LOG, head.c.size == bindparam("old"))
    .values(size=bindparam("new"), frontier=bindparam("edge"), last_at=bindparam("at"))
)
_COLUMNS = {
    table.name: tuple(column.name for column in table.columns)
    for table in (entry, identifier, idempotency, reason, move)
}
_TILE = insert(tile)


def append(connection: Connection, works: Sequence[Work], log: str, now: int) -> list[Outcome]:
    """Append the works in this transaction; one outcome each, in their order."""
    row = connection.execute(_HEAD).one()  # (1)
    if row.frozen is not None:
        raise StoreError("the log is frozen and takes nothing more", detail=row.frozen)
    frontier = merkle.unpack(row.size, row.frontier)
    at = max(now, row.last_at)
    outcomes, placed = _place(connection, works, log, frontier.size, at)  # (2)
    if placed:
        dialect.make_room(connection, LOG, frontier.size, len(placed))
        _write(connection, placed)  # (3)
        _grow(connection, frontier, placed, at)  # (4)
    return outcomes


def _place(
    connection: Connection, works: Sequence[Work], log: str, size: int, at: int
) -> tuple[list[Outcome], list[Placed]]:
    made = _made(connection, works, log)
    taken = _taken(connection, works)
    places = Places(connection, (move.place for work in works for move in work.draft.moves))
    moment = (at, rfc3339(at))
    outcomes: list[Outcome] = []
    placed: list[Placed] = []
    for work in works:
        try:
            earlier = made.get(_key(work.key)) if work.key else None
            if earlier is not None and work.key is not None:
                outcomes.append(_repeated(work.key, *earlier))
                continue
            item = _placed(connection, work, taken, log, size + len(placed), moment)
            places.move(work.draft.moves, item.entry.seq)
        except GateError as error:
            outcomes.append(error)
            continue
        outcomes.append(item.entry)
        placed.append(item)
        taken.add((work.draft.kind.value, work.draft.id))
        if work.key:
            made[_key(work.key)] = (str(work.key.request_sha256), item.entry)
    return outcomes, placed


def _made(
    connection: Connection, works: Iterable[Work], log: str
) -> dict[tuple[str, str], tuple[str, Outcome]]:
    # A caller at a time: for a list of pairs SQLite would walk the whole table.
    made: dict[tuple[str, str], tuple[str, Outcome]] = {}
    for caller, keys in _grouped(_key(work.key) for work in works if work.key).items():
        for row in dialect.repeated(connection, LOG, caller, keys):
            try:
                earlier: Outcome = reading.at_seq(connection, log, row.seq)
            except ArchivedError as error:
                earlier = error
            made[caller, row.key] = (row.request_sha256, earlier)
    return made


def _taken(connection: Connection, works: Iterable[Work]) -> set[tuple[str, str]]:
    taken: set[tuple[str, str]] = set()
    for kind, ids in _grouped((work.draft.kind.value, work.draft.id) for work in works).items():
        taken |= {(kind, row.id) for row in dialect.taken(connection, LOG, kind, ids)}
    return taken


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for first, second in pairs:
        groups.setdefault(first, []).append(second)
    return groups


def _key(key: Idempotency) -> tuple[str, str]:
    return key.caller, key.key


def _repeated(key: Idempotency, request_sha256: str, made: Outcome) -> Outcome:
    if request_sha256 != key.request_sha256:
        raise IdempotencyConflictError("this idempotency key was used for another request")
    return made


def _placed(  # noqa: PLR0913, PLR0917 - what is placed, among what, and where
    connection: Connection,
    work: Work,
    taken: set[tuple[str, str]],
    log: str,
    seq: int,
    moment: tuple[int, str],
) -> Placed:
    draft, (at, written) = work.draft, moment
    if (draft.kind.value, draft.id) in taken:
        raise StoreError(f"a {draft.kind} with the id {draft.id} is in the log already")
    if draft.detaches:
        archiving.must_be_allowed(connection)
    body = (work.ready or prepared(draft, log)).sealed(seq, written)
    made = Entry(log, seq, draft.id, draft.kind, at, draft.actor, body)
    return Placed(made, work, merkle.leaf_hash(body), facets(draft.body))


def _write(connection: Connection, placed: Sequence[Placed]) -> None:
    kept = (document for item in placed for document in item.work.draft.documents)
    dialect.keep_documents(connection, dict(kept))
    rows = _rows(placed)
    for table, columns in _COLUMNS.items():
        if rows[table]:
            dialect.insert_rows(connection, table, columns, rows[table])
    personal.write(connection, ((item.entry.seq, item.work.draft) for item in placed))
    personal.erase(connection, (item.work.draft for item in placed))
    if texts := [(item.entry.seq, item.facets.words) for item in placed if item.facets.words]:
        dialect.keep_words(connection, LOG, texts)
    for item in placed:
        if item.work.draft.detaches:
            archiving.detach(connection, item.entry.seq, item.work.draft.detaches)
        if item.work.also:
            item.work.also(connection, item.entry)


def _rows(placed: Sequence[Placed]) -> dict[str, list[tuple[Any, ...]]]:
    rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _COLUMNS}
    for item in placed:
        seq, key = item.entry.seq, item.work.key
        rows["entry"].append(_row(item))
        rows["identifier"].append((LOG, item.entry.kind.value, item.entry.id, seq))
        if key:
            rows["idempotency"].append((LOG, key.caller, key.key, str(key.request_sha256), seq))
        rows["reason"].extend((LOG, code, seq) for code in item.facets.reasons)
        rows["move"].extend((LOG, move.place, seq) for move in item.work.draft.moves)
    return rows


def _grow(connection: Connection, frontier: Frontier, placed: Sequence[Placed], at: int) -> None:
    growth = merkle.grow(frontier, [item.leaf for item in placed])
    for level, number, root in growth.filled:
        first = number * merkle.TILE_WIDTH
        hashes = b"".join(reading.hashes(connection, level, first, merkle.TILE_WIDTH))
        row = {"log": LOG, "level": level, "number": number, "root": root, "hashes": hashes}
        connection.execute(_TILE, row)
    values = {
        "old": frontier.size,
        "new": growth.frontier.size,
        "edge": growth.frontier.packed(),
        "at": at,
    }
    if connection.execute(_ADVANCE, values).rowcount != 1:
        raise StoreError("another writer moved the head of the log")


def _row(item: Placed) -> tuple[Any, ...]:
    made, draft, known = item.entry, item.work.draft, item.facets
    return (
        LOG,
        made.seq,
        made.id,
        made.kind.value,
        made.at,
        made.actor,
        draft.release_digest and str(draft.release_digest),
        draft.model,
        known.version,
        draft.stage,
        draft.outcome and str(draft.outcome),
        known.policy,
        item.leaf,
        made.body,
    )
