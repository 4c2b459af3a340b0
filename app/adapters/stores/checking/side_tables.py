"""What stands beside the entries, compared with what the entries say: both ways.

Side tables find entries, and are in no tree: a row that is missing hides an entry, a row too
many shows one where it does not belong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table, Text, bindparam, cast, func, select

from app.adapters.stores.checking.word_index import WordIndex
from app.adapters.stores.log.reading import LOG
from app.adapters.stores.schema import (
    archive,
    entry,
    idempotency,
    identifier,
    move,
    personal,
    reason,
    words,
)
from app.domain.entry import Kind, Personal
from app.domain.log.facets import facets

Row = tuple[int, str]
"""The place of an entry, and what a side table says of it."""


def _within(table: Table, *columns: Any) -> Select[Any]:  # noqa: ANN401 - columns of any type
    return select(table.c.seq, *columns).where(
        table.c.log == LOG, table.c.seq >= bindparam("low"), table.c.seq < bindparam("high")
    )


_STATED = {
    "identifier": _within(identifier, identifier.c.kind, identifier.c.id),
    "reason": _within(reason, reason.c.code),
    "move": _within(move, move.c.place),
    "archive": _within(
        archive,
        cast(archive.c.low, Text),
        cast(archive.c.high, Text),
        archive.c.sha256,
        archive.c.location,
    ),
}
_WORDS = _within(words, func.array_to_string(func.tsvector_to_array(words.c.text), " "))
_PERSONAL = _within(personal, personal.c.name, personal.c.text, personal.c.salt)
_BEYOND = {
    table.name: select(func.count()).where(table.c.log == LOG, table.c.seq >= bindparam("size"))
    for table in (entry, identifier, idempotency, reason, move, personal, archive, words)
}


class SideTables:
    """Compares piece by piece; erased texts are known only at the end."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._missing: dict[int, set[str]] = {}
        self._index: WordIndex | None = None

    def close(self) -> None:
        """Let go of what was made to compare with."""
        if self._index is not None:
            self._index.close()

    def faults(
        self, connection: Connection, low: int, high: int, bodies: Mapping[int, Mapping[str, Any]]
    ) -> Iterator[str]:
        """Tell what is wrong beside the entries of a piece, whose bodies could be read."""
        wanted: dict[str, set[Row]] = {name: set() for name in (*_STATED, "words")}
        for seq, body in bodies.items():
            self._note(seq, body)
            for name, said in _said(body):
                wanted[name].add((seq, said))
        for name, query in _STATED.items():
            yield from _compared(name, wanted[name], _rows(connection, query, low, high), bodies)
        if connection.dialect.name == "postgresql":
            kept = _sorted(_rows(connection, _WORDS, low, high))
            yield from _compared("words", _sorted(wanted["words"]), kept, bodies)
        else:  # FTS5 keeps an index, and no text to compare: it is asked once all words are known
            self._index = self._index or WordIndex()
            self._index.add(high, bodies, wanted["words"])
        yield from self._personal(connection, low, high, bodies)

    def remaining(self, connection: Connection, size: int) -> Iterator[str]:
        """Tell what is wrong once all entries were looked at."""
        for seq, names in sorted(self._missing.items()):
            yield f"entry {seq}: personal texts are gone, and no erasure says so: {sorted(names)}"
        if self._index is not None:
            yield from self._index.faults(connection)
        is_sqlite = connection.dialect.name == "sqlite"
        for name, query in _BEYOND.items():
            if is_sqlite and name == words.name:
                continue
            if connection.execute(query, {"size": size}).scalar_one():
                yield f"the table {name} has rows of entries that are not in the log"

    def _note(self, seq: int, body: Mapping[str, Any]) -> None:
        if body.get("personal"):
            self._missing[seq] = set(body["personal"])
        if body["entry"]["kind"] == Kind.PERSONAL_ERASED:
            self._missing.pop(body.get("erased", -1), None)

    def _personal(
        self, connection: Connection, low: int, high: int, bodies: Mapping[int, Mapping[str, Any]]
    ) -> Iterator[str]:
        for row in connection.execute(_PERSONAL, {"low": low, "high": high}):
            stated = bodies.get(row.seq, {}).get("personal", {})
            if stated.get(row.name) != Personal(row.name, row.text, row.salt).commitment:
                yield f"entry {row.seq}: its text {row.name!r} is not the one it commits to"
            names = self._missing.get(row.seq, set())
            names.discard(row.name)
            if not names:
                self._missing.pop(row.seq, None)


def _said(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    columns, known = body["entry"], facets(body)
    yield "identifier", f"{columns['kind']} {columns['id']}"
    yield from (("reason", code) for code in known.reasons)
    yield from (("move", place) for place in columns.get("places", ()))
    if columns["kind"] == Kind.LOG_ARCHIVED:
        kept = (body["low"], body["high"], body["archive_sha256"], body["location"])
        yield "archive", " ".join(str(part) for part in kept)
    if known.words:
        yield "words", known.words


def _rows(connection: Connection, query: Select[Any], low: int, high: int) -> set[Row]:
    rows: Sequence[Any] = connection.execute(query, {"low": low, "high": high}).all()
    return {(row[0], " ".join(row[1:])) for row in rows}


def _sorted(rows: set[Row]) -> set[Row]:
    return {(seq, " ".join(sorted(said.split()))) for seq, said in rows}


def _compared(
    name: str, wanted: set[Row], kept: set[Row], bodies: Mapping[int, Mapping[str, Any]]
) -> Iterator[str]:
    for seq, said in sorted(wanted - kept):
        yield f"entry {seq}: the table {name} lacks {said[:120]!r}"
    for seq, said in sorted(kept - wanted):
        if seq in bodies:
            yield f"entry {seq}: the table {name} has {said[:120]!r}, which it does not say"
