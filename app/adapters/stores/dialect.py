"""The few statements that SQLite and PostgreSQL say differently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Executable, Table, bindparam, func, insert, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from app.adapters.stores.schema import checkpoint, document, words
from app.domain.digest import Digest


def _if_new(table: Table) -> dict[str, Insert]:
    return {
        "sqlite": sqlite.insert(table).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(table).on_conflict_do_nothing(),
    }


_DOCUMENT = _if_new(document)
_CHECKPOINT = _if_new(checkpoint)
_WORDS: dict[str, Executable] = {
    "sqlite": text("INSERT INTO words (rowid, text) VALUES (:row, :words)"),
    "postgresql": insert(words).values(
        log=bindparam("number"),
        seq=bindparam("place"),
        text=func.array_to_tsvector(func.string_to_array(bindparam("words"), " ")),
    ),
}
_MAKE_PARTITION = text("SELECT make_entry_partition(:log, :part)")
PARTITION = 10_000_000
"""Entries of one partition, as the migration says."""
SEQ_BITS = 48
"""FTS5 knows one row number: the log stands above these bits, the place below."""


def keep_document(connection: Connection, sha256: Digest, content: bytes) -> bool:
    """Keep a document whose digest was checked; True if it is new."""
    row = {"sha256": str(sha256), "content": content}
    statement = _DOCUMENT[connection.dialect.name]
    kept = connection.execute(statement, row, execution_options={"preserve_rowcount": True})
    return kept.rowcount == 1


def keep_checkpoint(connection: Connection, row: Mapping[str, Any]) -> None:
    """Keep a signed checkpoint; another replica may have signed the very same."""
    connection.execute(_CHECKPOINT[connection.dialect.name], row)


def keep_words(connection: Connection, log: int, texts: Sequence[tuple[int, str]]) -> None:
    """Index the words of entries, each with its place."""
    name = connection.dialect.name
    if name == "sqlite":
        rows = [{"row": log << SEQ_BITS | seq, "words": said} for seq, said in texts]
    else:
        rows = [{"number": log, "place": seq, "words": said} for seq, said in texts]
    connection.execute(_WORDS[name], rows)


def make_room(connection: Connection, log: int, size: int, count: int) -> None:
    """Make the partition that these entries go to, and the one after it when half is full."""
    if connection.dialect.name == "sqlite":
        return
    half = PARTITION // 2
    wanted = {(size + half) // PARTITION, (size + count + half) // PARTITION}
    known = {(size - 1 + half) // PARTITION} if size else set()
    for part in sorted({*wanted, *({0} if size == 0 else ())} - known):
        connection.execute(_MAKE_PARTITION, {"log": log, "part": part})
