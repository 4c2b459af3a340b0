"""Answers questions about the log: by index, in pages that never skip nor shift.

A page is bounded by sequence numbers alone. The first fixes where the log ends for this
question; what is appended later is in none of its pages.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    func,
    literal_column,
    select,
    text,
)

from app.adapters.stores.database import Database
from app.adapters.stores.log import reading
from app.adapters.stores.log.reading import ENTRIES, LOG
from app.adapters.stores.schema import entry, head, reason
from app.domain.entry import Entry
from app.domain.log.question import MOST_COUNTED, Cursor, Field, Found, Question, Term

_COLUMNS = {
    Field.DIGEST: entry.c.release_digest,
    Field.VERSION: entry.c.version,
    Field.ACTOR: entry.c.actor,
    Field.MODEL: entry.c.model,
    Field.POLICY: entry.c.policy,
    Field.STAGE: entry.c.stage,
    Field.OUTCOME: entry.c.outcome,
    Field.KIND: entry.c.kind,
}
_RANK = {field: place for place, field in enumerate(Field)}
_SIZE = select(head.c.size).where(head.c.log == LOG)
_SINCE = (
    select(entry.c.seq)
    .where(entry.c.log == LOG, entry.c.at >= bindparam("moment"))
    .order_by(entry.c.at, entry.c.seq)
    .limit(1)
)
_SAID: dict[str, Any] = {
    "sqlite": text("SELECT rowid AS seq FROM words WHERE words MATCH :said").columns(
        literal_column("seq")
    ),
    "postgresql": text(
        "SELECT seq FROM words WHERE log = 0 AND text @@ CAST(:said AS tsquery)"
    ).columns(literal_column("seq")),
}


def search(
    database: Database, name: str, question: Question, cursor: Cursor | None, limit: int
) -> Found:
    """Find a page of entries, newest first. Raises StoreError."""
    with database.read() as connection:
        size = connection.execute(_SIZE).scalar_one()
        high = size if cursor is None else min(cursor.high, size)
        low, end = _range(connection, question, high)
        if cursor is not None:
            end = min(end, cursor.before)
        matching = _matching(connection, question).where(entry.c.seq >= low, entry.c.seq < end)
        newest = matching.order_by(entry.c.seq.desc()).limit(limit + 1)
        rows = connection.execute(newest).all()
        entries = tuple(reading.of_row(name, row) for row in rows[:limit])
        is_first = cursor is None or cursor.before == cursor.high
        total = _total(connection, matching, rows, limit) if is_first else None
    following = Cursor(entries[-1].seq, high) if len(rows) > limit else None
    return Found(entries, following, high, total)


def scan(
    database: Database, name: str, question: Question, places: tuple[int, int], limit: int
) -> list[Entry]:
    """Read what is asked for between two places, oldest first. Raises StoreError."""
    with database.read() as connection:
        low, end = _range(connection, question, places[1])
        matching = _matching(connection, question).where(
            entry.c.seq >= max(low, places[0]), entry.c.seq < end
        )
        rows = connection.execute(matching.order_by(entry.c.seq).limit(limit))
        return [reading.of_row(name, row) for row in rows]


def _range(connection: Connection, question: Question, high: int) -> tuple[int, int]:
    low = 0 if question.since is None else _first_at(connection, question.since, high)
    end = high if question.until is None else _first_at(connection, question.until, high)
    return low, min(end, high)


def _first_at(connection: Connection, moment: int, high: int) -> int:
    # Times never fall along the log, so a time is a place: two index probes, no scan.
    found: int | None = connection.execute(_SINCE, {"moment": moment}).scalar()
    return high if found is None else found


def _matching(connection: Connection, question: Question) -> Select[Any]:
    query = ENTRIES
    wanted = sorted((t for t in question.terms if not t.is_excluded), key=_rank)
    for place, term in enumerate(wanted):
        query = query.where(_holds(connection, term, is_driving=place == 0 and not question.words))
    for term in question.terms:
        if term.is_excluded:
            query = query.where(~_present(_holds(connection, term, is_driving=False)))
    if question.words:
        said = _SAID[connection.dialect.name].bindparams(said=_expression(connection, question))
        query = query.where(entry.c.seq.in_(said))
    return query


def _rank(term: Term) -> int:
    return _RANK[term.field]


def _holds(connection: Connection, term: Term, *, is_driving: bool) -> ColumnElement[bool]:
    if term.field is Field.REASON:
        return entry.c.seq.in_(_giving(term.value))
    column: ColumnElement[Any] = _COLUMNS[term.field]
    if connection.dialect.name == "sqlite" and not is_driving:
        # SQLite keeps no statistics that could tell it that a digest says more than a
        # stage: the unary plus keeps every index but the most telling one out.
        column = literal_column(f"+{column}", column.type)
    return column == term.value


def _present(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return func.coalesce(condition, literal_column("(1 = 0)"))


def _giving(code: str) -> Select[Any]:
    codes = select(reason.c.seq).where(reason.c.log == LOG)
    if not code.endswith("*"):
        return codes.where(reason.c.code == code)
    start = code.removesuffix("*")
    return codes.where(reason.c.code >= start, reason.c.code < start + "\U0010ffff")


def _expression(connection: Connection, question: Question) -> str:
    if connection.dialect.name == "sqlite":
        return " ".join(f'"{word}"' for word in question.words)
    return " & ".join(f"'{word}'" for word in question.words)


def _total(connection: Connection, matching: Select[Any], rows: Any, limit: int) -> int:  # noqa: ANN401 - rows of any columns
    if len(rows) <= limit:
        return len(rows)
    some = matching.with_only_columns(entry.c.seq).limit(MOST_COUNTED + 1).subquery()
    count: int = connection.execute(select(func.count()).select_from(some)).scalar_one()
    return count
