"""Answers questions about the log: by index, in pages that never skip nor shift.

A page is bounded by sequence numbers alone. The first fixes where the log ends for this
question; what is appended later is in none of its pages.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    cast,
    column,
    false,
    func,
    literal_column,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from app.adapters.stores.database import Database
from app.adapters.stores.log import reading
from app.adapters.stores.log.reading import ENTRIES, LOG
from app.adapters.stores.schema import entry, head, reason, words
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
_FTS5 = table("words", column("rowid", BigInteger))


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
        matching, place = _matching(connection, question)
        matching = matching.where(place >= low, place < end)
        newest = matching.order_by(place.desc()).limit(limit + 1)
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
        matching, place = _matching(connection, question)
        matching = matching.where(place >= max(low, places[0]), place < end)
        rows = connection.execute(matching.order_by(place).limit(limit))
        return [reading.of_row(name, row) for row in rows]


def _range(connection: Connection, question: Question, high: int) -> tuple[int, int]:
    low = 0 if question.since is None else _first_at(connection, question.since, high)
    end = high if question.until is None else _first_at(connection, question.until, high)
    return low, min(end, high)


def _first_at(connection: Connection, moment: int, high: int) -> int:
    # Times never fall along the log, so a time is a place: two index probes, no scan.
    found: int | None = connection.execute(_SINCE, {"moment": moment}).scalar()
    return high if found is None else found


def _matching(connection: Connection, question: Question) -> tuple[Select[Any], ColumnElement[int]]:
    """Select what is asked for, and tell the place by which an index gives it in order.

    Words, or else one whole reason code, lead where they are asked for: their own index
    holds the places of the entries, so a page reads no more than it shows.
    """
    query: Select[Any] = ENTRIES
    place: ColumnElement[int] = entry.c.seq
    wanted = sorted((t for t in question.terms if not t.is_excluded), key=_rank)
    excluded = [term for term in question.terms if term.is_excluded]
    leading = next((t for t in wanted if _is_code(t)), None)
    if question.words:
        query, place = _led_by_words(connection, question)
        leading = None
    elif leading is not None and wanted[0].field is Field.REASON:
        place = reason.c.seq
        query = query.select_from(entry.join(reason, _leads(connection, place)))
        query = query.where(reason.c.log == LOG, reason.c.code == leading.value)
    else:
        leading = None
        if connection.dialect.name == "sqlite" and wanted and wanted[0].field is Field.DIGEST:
            # A release has few entries: to sort them costs less than to walk all in order.
            place = literal_column("+entry.seq", BigInteger)
    is_led = bool(question.words) or leading is not None
    rest = [term for term in wanted if term is not leading]
    for number, term in enumerate(rest):
        is_driving = number == 0 and not is_led
        query = query.where(_holds(connection, term, is_driving=is_driving))
    if question.projects is not None:
        query = query.where(_of_projects(question.projects))
    for term in excluded:
        query = query.where(~_present(_holds(connection, term, is_driving=False)))
    return query, place


def _of_projects(projects: frozenset[str]) -> ColumnElement[bool]:
    # By exact characters: LIKE would fold case on SQLite, and a range follow the collation.
    begins = (
        func.substr(entry.c.model, 1, len(project) + 1) == f"{project}/"
        for project in sorted(projects)
    )
    return or_(false(), *begins)


def _is_code(term: Term) -> bool:
    return term.field is Field.REASON and not term.value.endswith("*")


def _led_by_words(
    connection: Connection, question: Question
) -> tuple[Select[Any], ColumnElement[int]]:
    if connection.dialect.name == "sqlite":
        place: ColumnElement[int] = _FTS5.c.rowid  # the log is 0: dialect.keep_words
        query = ENTRIES.select_from(entry.join(_FTS5, _leads(connection, place)))
        said = " ".join(f'"{word}"' for word in question.words)
        return query.where(text("words MATCH :said").bindparams(said=said)), place
    query = ENTRIES.select_from(entry.join(words, _leads(connection, words.c.seq)))
    expression = cast(" & ".join(f"'{word}'" for word in question.words), TSQUERY)
    matches = words.c.text.op("@@")(expression)
    return query.where(words.c.log == LOG, matches), words.c.seq


def _leads(connection: Connection, place: ColumnElement[int]) -> ColumnElement[bool]:
    if connection.dialect.name == "sqlite":
        # Else SQLite may walk the entries and ask the other index about each of them.
        place = literal_column(f"+{place}", BigInteger)
    return place == entry.c.seq


def _rank(term: Term) -> int:
    return _RANK[term.field]


def _holds(connection: Connection, term: Term, *, is_driving: bool) -> ColumnElement[bool]:
    if term.field is Field.REASON:
        return entry.c.seq.in_(_giving(term.value))
    kept: ColumnElement[Any] = _COLUMNS[term.field]
    if connection.dialect.name == "sqlite" and not is_driving:
        # SQLite keeps no statistics that could tell it that a digest says more than a
        # stage: the unary plus keeps every index but the most telling one out.
        kept = literal_column(f"+{kept}", kept.type)
    return kept == term.value


def _present(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return func.coalesce(condition, literal_column("(1 = 0)"))


def _giving(code: str) -> Select[Any]:
    codes = select(reason.c.seq).where(reason.c.log == LOG)
    if not code.endswith("*"):
        return codes.where(reason.c.code == code)
    start = code.removesuffix("*")
    return codes.where(reason.c.code >= start, reason.c.code < start + "\U0010ffff")


def _total(connection: Connection, matching: Select[Any], rows: Any, limit: int) -> int:  # noqa: ANN401 - rows of any columns
    if len(rows) <= limit:
        return len(rows)
    some = matching.with_only_columns(entry.c.seq).limit(MOST_COUNTED + 1).subquery()
    count: int = connection.execute(select(func.count()).select_from(some)).scalar_one()
    return count
