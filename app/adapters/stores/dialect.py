"""The few statements that SQLite and PostgreSQL say differently."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Executable, Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import Insert

from app.adapters.stores.schema import checkpoint, cosignature, document
from app.domain.digest import Digest


def _if_new(table: Table) -> dict[str, Insert]:
    return {
        "sqlite": sqlite.insert(table).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(table).on_conflict_do_nothing(),
    }


_DOCUMENT = _if_new(document)
_CHECKPOINT = _if_new(checkpoint)
_COSIGNATURE = _if_new(cosignature)
# What is listed leads: else either planner may walk all that a caller or a kind ever had.
_LED = {
    "sqlite": """
        SELECT {columns} FROM (SELECT value AS one FROM json_each(:wanted)) AS listed
        CROSS JOIN {table} WHERE log = :log AND {of} = :of AND {key} = one""",
    "postgresql": """
        SELECT found.* FROM unnest(CAST(:wanted AS text[])) AS listed(one)
        CROSS JOIN LATERAL (
          SELECT {columns} FROM {table} WHERE log = :log AND {of} = :of AND {key} = one OFFSET 0
        ) AS found""",
}


def _led(table: str, of: str, key: str, columns: str) -> dict[str, Executable]:
    parts = {"table": table, "of": of, "key": key, "columns": columns}
    return {name: text(statement.format(**parts)) for name, statement in _LED.items()}


_KEYS = _led("idempotency", "caller", "key", "key, request_sha256, seq")
_IDS = _led("identifier", "kind", "id", "id")
WORTH_A_COPY = 8
"""Rows from which on PostgreSQL's COPY is faster than inserts."""
_MAKE_PARTITION = text("SELECT make_entry_partition(:log, :part)")
_MAY_DETACH = text("SELECT has_function_privilege('detach_entries(bigint, bigint[])', 'EXECUTE')")
_DETACH_ENTRIES = text("SELECT detach_entries(:log, CAST(:places AS bigint[]))")
_PLAN_ANEW = text("SET LOCAL plan_cache_mode = force_custom_plan")
PARTITION = 10_000_000
"""Entries of one partition, as the migration says."""
SEQ_BITS = 48
"""FTS5 knows one row number: the log stands above these bits, the place below."""
FTS5 = """fts5(text, content='', detail='none', columnsize=0,
  tokenize="unicode61 remove_diacritics 0")"""
"""How SQLite indexes words, as the first migration says."""


def keep_document(connection: Connection, sha256: Digest, content: bytes) -> bool:
    """Keep a document whose digest was checked; True if it is new."""
    row = {"sha256": str(sha256), "content": content}
    statement = _DOCUMENT[connection.dialect.name]
    kept = connection.execute(statement, row, execution_options={"preserve_rowcount": True})
    return kept.rowcount == 1


def keep_documents(connection: Connection, documents: Mapping[Digest, bytes]) -> None:
    """Keep documents whose digests were checked, those that are new, by one statement."""
    rows = [{"sha256": str(sha256), "content": content} for sha256, content in documents.items()]
    if rows:
        connection.execute(_DOCUMENT[connection.dialect.name], rows)


def keep_checkpoint(connection: Connection, row: Mapping[str, Any]) -> None:
    """Keep a signed checkpoint; another replica may have signed the very same."""
    connection.execute(_CHECKPOINT[connection.dialect.name], row)


def keep_cosignature(connection: Connection, row: Mapping[str, Any]) -> None:
    """Keep what a witness signed; it may have signed the same size before."""
    connection.execute(_COSIGNATURE[connection.dialect.name], row)


def keep_words(connection: Connection, log: int, texts: Sequence[tuple[int, str]]) -> None:
    """Index the words of entries, each with its place."""
    if connection.dialect.name == "sqlite":
        rows = [(log << SEQ_BITS | seq, said) for seq, said in texts]
        insert_rows(connection, "words", ("rowid", "text"), rows)
        return
    lexemes = [(log, seq, " ".join(f"'{word}'" for word in said.split())) for seq, said in texts]
    insert_rows(connection, "words", ("log", "seq", "text"), lexemes)


def insert_rows(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert many rows at once, past what compiling a statement costs for each.

    Names come from the schema, never from outside. Raises what SQLAlchemy would raise.
    """
    names = ", ".join(f'"{column}"' for column in columns)
    try:
        if connection.dialect.name == "sqlite":
            marks = ", ".join("?" * len(columns))
            statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - see above
            connection.connection.cursor().executemany(statement, rows)
        elif len(rows) < WORTH_A_COPY:
            marks = ", ".join(["%s"] * len(columns))
            statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - see above
            connection.connection.cursor().executemany(statement, rows)
        else:
            _copy(connection, f"COPY {table} ({names}) FROM STDIN", rows)
    except (sqlite3.Error, psycopg.Error) as error:
        raise DBAPIError.instance(
            f"INSERT INTO {table}", None, error, _errors(connection), dialect=connection.dialect
        ) from error


def _copy(connection: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    with driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for row in rows:
            copy.write_row(row)


def _errors(connection: Connection) -> type[Exception]:
    return sqlite3.Error if connection.dialect.name == "sqlite" else psycopg.Error


def repeated(connection: Connection, log: int, caller: str, keys: Sequence[str]) -> Sequence[Any]:
    """Find which of a caller's keys were used: key, request_sha256, seq."""
    return _among(connection, _KEYS, {"log": log, "of": caller}, keys)


def taken(connection: Connection, log: int, kind: str, ids: Sequence[str]) -> Sequence[Any]:
    """Find which ids of a kind were used."""
    return _among(connection, _IDS, {"log": log, "of": kind}, ids)


def _among(
    connection: Connection,
    statement: Mapping[str, Executable],
    values: Mapping[str, Any],
    wanted: Sequence[str],
) -> Sequence[Any]:
    name = connection.dialect.name
    listed = json.dumps(list(wanted)) if name == "sqlite" else list(wanted)
    return connection.execute(statement[name], {**values, "wanted": listed}).all()


def plan_anew(connection: Connection) -> None:
    """Have what this transaction asks planned for its own values.

    After some rounds PostgreSQL would keep one plan for all, made without them: it sorts each
    entry that has the words, where most ask for words of which a walk from the end finds a page.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_PLAN_ANEW)


def may_detach(connection: Connection) -> bool:
    """Tell whether the owner of the database lets this gate let go of bodies."""
    if connection.dialect.name == "sqlite":
        return True
    return bool(connection.execute(_MAY_DETACH).scalar_one())


def detach(connection: Connection, log: int, places: Sequence[int]) -> None:
    """Let go of the bodies of these entries, which are in an archive."""
    if not places:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(_DETACH_ENTRIES, {"log": log, "places": list(places)})
        return
    rows = [(log, seq) for seq in places]
    statement = "UPDATE entry SET body = x'' WHERE log = ? AND seq = ?"
    try:
        connection.connection.cursor().executemany(statement, rows)
    except sqlite3.Error as error:
        raise DBAPIError.instance(
            statement, None, error, sqlite3.Error, dialect=connection.dialect
        ) from error


def make_room(connection: Connection, log: int, size: int, count: int) -> None:
    """Make the partition that these entries go to, and the one after it when half is full."""
    if connection.dialect.name == "sqlite":
        return
    half = PARTITION // 2
    wanted = {(size + half) // PARTITION, (size + count + half) // PARTITION}
    known = {(size - 1 + half) // PARTITION} if size else set()
    for part in sorted({*wanted, *({0} if size == 0 else ())} - known):
        connection.execute(_MAKE_PARTITION, {"log": log, "part": part})
