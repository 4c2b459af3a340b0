"""Answers questions about the log: by index, in pages that never skip nor shift.

A page is bounded by sequence numbers alone. The first fixes where the log ends for this
question; what is appended later is in none of its pages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal_column,
    select,
    table,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from app.adapters.stores import archiving, conditions, dialect
from app.adapters.stores.database import Database
from app.adapters.stores.log import reading
from app.adapters.stores.log.reading import ENTRIES, LOG
from app.adapters.stores.schema import entry, head, reason, words
from app.domain.entry import Entry
from app.domain.log.question import MOST_COUNTED, Cursor, Field, Found, Question, Term

_RANK = {field: place for place, field in enumerate(Field)}
_SIZE = select(head.c.size).where(head.c.log == LOG)
_SINCE = (
    select(entry.c.seq)
    .where(entry.c.log == LOG, entry.c.at >= bindparam("moment"))
    .order_by(entry.c.at, entry.c.seq)
    .limit(1)
)
_FTS5 = table("words", column("rowid", BigInteger))
_MARKS = re.compile("[\u19b0-\u19c0\u19c8\u19c9\u1cf2]")
"""Letters since Unicode 8, that FTS5 still takes for marks, which part words."""
_FROM_CODE = select(func.min(reason.c.code)).where(
    reason.c.log == LOG, reason.c.code >= bindparam("low"), reason.c.code < bindparam("high")
)
_AFTER_CODE = select(func.min(reason.c.code)).where(
    reason.c.log == LOG, reason.c.code > bindparam("low"), reason.c.code < bindparam("high")
)


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to the entries: a table whose index holds their places, and what it leaves open."""

    source: FromClause
    place: ColumnElement[int]
    holds: tuple[ColumnElement[bool], ...]
    """What the index answers."""
    rest: tuple[ColumnElement[bool], ...]
    """What each entry has to be asked."""


def search(
    database: Database, name: str, question: Question, cursor: Cursor | None, limit: int
) -> Found:
    """Find a page of entries, newest first. Raises StoreError."""
    with database.read() as connection:
        dialect.plan_anew(connection)
        size = connection.execute(_SIZE).scalar_one()
        high = size if cursor is None else min(cursor.high, size)
        low, end = _range(connection, question, high)
        if cursor is not None:
            end = min(end, cursor.before)
        ways = _ways(connection, question)
        rows = _rows(connection, ways, (low, end), limit + 1, is_newest_first=True)
        entries = tuple(reading.of_any_row(connection, name, row) for row in rows[:limit])
        total, is_exact = None, True
        if cursor is None or cursor.before == cursor.high:
            total, is_exact = len(rows), True
            if len(rows) > limit:
                total, is_exact = _total(connection, ways, (low, end))
    following = Cursor(entries[-1].seq, high) if len(rows) > limit else None
    return Found(entries, following, high, total, is_exact)


def scan(
    database: Database, name: str, question: Question, places: tuple[int, int], limit: int
) -> list[Entry]:
    """Read what is asked for between two places, oldest first. Raises StoreError."""
    with database.read() as connection:
        dialect.plan_anew(connection)
        low, end = _range(connection, question, places[1])
        within = (max(low, places[0]), end)
        ways = _ways(connection, question)
        rows = _rows(connection, ways, within, limit, is_newest_first=False)
        return [reading.of_any_row(connection, name, row) for row in rows]


def _range(connection: Connection, question: Question, high: int) -> tuple[int, int]:
    low = 0 if question.since is None else _first_at(connection, question.since, high)
    end = high if question.until is None else _first_at(connection, question.until, high)
    return low, min(end, high)


def _first_at(connection: Connection, moment: int, high: int) -> int:
    # Times never fall along the log, so a time is a place: two index probes, no scan.
    found: int | None = connection.execute(_SINCE, {"moment": moment}).scalar()
    return high if found is None else found


def _ways(connection: Connection, question: Question) -> list[_Way]:
    """Tell by which indexes the entries that are asked for are found in order.

    Words, or else reason codes, lead where they are asked for: their own index holds the
    places of the entries, so a page reads no more than it shows. The beginning of a code
    is as many ways as there are codes that begin so.
    """
    terms = [term for term in question.terms if not term.is_excluded]
    if question.projects is not None and len(question.projects) == 1:
        terms += [Term(Field.PROJECT, project) for project in question.projects]
    wanted = sorted(terms, key=_rank)
    if question.words:
        return [_by_words(connection, question, _rest(connection, question, wanted))]
    leading = next((t for t in wanted if _is_code(t)), wanted[0] if wanted else None)
    if leading is not None and wanted[0].field is Field.REASON:
        rest = _rest(connection, question, [term for term in wanted if term is not leading])
        return [_by_code(code, rest) for code in _codes(connection, leading.value)]
    rest = _rest(connection, question, wanted[1:])
    if not wanted:
        return [_Way(entry, entry.c.seq, (entry.c.log == LOG,), rest)]
    place: ColumnElement[int] = entry.c.seq
    if connection.dialect.name == "sqlite" and wanted[0].field is Field.DIGEST:
        # A release has few entries: to sort them costs less than to walk all in order.
        place = literal_column("+entry.seq", BigInteger)
    holds = conditions.holds(connection, wanted[0], is_driving=True)
    return [_Way(entry, place, (entry.c.log == LOG, holds), rest)]


def _rest(
    connection: Connection, question: Question, terms: Sequence[Term]
) -> tuple[ColumnElement[bool], ...]:
    rest = [conditions.holds(connection, term, is_driving=False) for term in terms]
    if question.projects is not None:
        rest.append(conditions.of_projects(question.projects))
    if not question.is_for_archived and archiving.is_any(connection):
        rest.append(archiving.IS_HERE)
    excluded = (term for term in question.terms if term.is_excluded)
    rest += [
        ~conditions.present(conditions.holds(connection, term, is_driving=False))
        for term in excluded
    ]
    return tuple(rest)


def _by_code(code: str, rest: tuple[ColumnElement[bool], ...]) -> _Way:
    return _Way(reason, reason.c.seq, (reason.c.log == LOG, reason.c.code == code), rest)


def _codes(connection: Connection, value: str) -> list[str]:
    if not value.endswith("*"):
        return [value]
    # From code to code, each found by one probe: entries give few codes very often.
    start = value.removesuffix("*")
    codes: list[str] = []
    query = _FROM_CODE
    values = {"low": start, "high": start + "\U0010ffff"}
    while (code := connection.execute(query, values).scalar()) is not None:
        codes.append(code)
        query, values = _AFTER_CODE, {**values, "low": code}
    return codes


def _by_words(
    connection: Connection, question: Question, rest: tuple[ColumnElement[bool], ...]
) -> _Way:
    if connection.dialect.name == "sqlite":
        parts = (part for word in question.words for part in _MARKS.split(word) if part)
        said = " ".join(f'"{part}"' for part in parts) or '""'
        matches: ColumnElement[bool] = text("words MATCH :said").bindparams(said=said)  # type: ignore[assignment] # a text is a condition too
        return _Way(_FTS5, _FTS5.c.rowid, (matches,), rest)  # the log is 0: dialect.keep_words
    expression = cast(" & ".join(f"'{word}'" for word in question.words), TSQUERY)
    holds = (words.c.log == LOG, words.c.text.op("@@")(expression))
    return _Way(words, words.c.seq, holds, rest)


def _rows(
    connection: Connection,
    ways: Sequence[_Way],
    within: tuple[int, int],
    limit: int,
    *,
    is_newest_first: bool,
) -> list[Row[Any]]:
    found: dict[int, Row[Any]] = {}
    for way in ways:
        query = ENTRIES
        if way.source is not entry:
            query = ENTRIES.select_from(entry.join(way.source, _leads(connection, way.place)))
        query = query.where(*way.holds, *way.rest, way.place >= within[0], way.place < within[1])
        order = way.place.desc() if is_newest_first else way.place.asc()
        found |= {row.seq: row for row in connection.execute(query.order_by(order).limit(limit))}
    return [found[seq] for seq in sorted(found, reverse=is_newest_first)[:limit]]


def _total(
    connection: Connection, ways: Sequence[_Way], within: tuple[int, int]
) -> tuple[int, bool]:
    """Count what is asked for among the newest that an index gives: exactly, or at least so many.

    However much there is, no more than MOST_COUNTED + 1 entries are looked at for each way.
    """
    if len(ways) == 1 and ways[0].source is entry:
        looked, total = connection.execute(_flagged(ways[0], within)).one()
        return min(total, MOST_COUNTED + 1), looked <= MOST_COUNTED and total <= MOST_COUNTED
    newest = [_newest(way, within) for way in ways]
    looked_at = [_count(connection, given) for given in newest]
    pairs = [_asked(way, given) for way, given in zip(ways, newest, strict=True)]
    if len(pairs) == 1:
        total = _count(connection, pairs[0]) if ways[0].rest else looked_at[0]
    else:
        total = len({seq for asked in pairs for seq in connection.execute(asked).scalars()})
    is_exact = max(looked_at, default=0) <= MOST_COUNTED and total <= MOST_COUNTED
    return min(total, MOST_COUNTED + 1), is_exact


def _flagged(way: _Way, within: tuple[int, int]) -> Select[Any]:
    # Asked of the rows as the index gives them: to look each up again costs as much once more.
    holds = and_(true(), *way.rest)
    looked = _newest(way, within).add_columns(case((holds, 1), else_=0).label("is_asked"))
    given = looked.subquery()
    return select(func.count(), func.coalesce(func.sum(given.c.is_asked), 0)).select_from(given)


def _newest(way: _Way, within: tuple[int, int]) -> Select[Any]:
    return (
        select(way.place.label("seq"))
        .select_from(way.source)
        .where(*way.holds, way.place >= within[0], way.place < within[1])
        .order_by(way.place.desc())
        .limit(MOST_COUNTED + 1)
    )


def _asked(way: _Way, given: Select[Any]) -> Select[Any]:
    if not way.rest:
        return given
    newest = given.subquery()
    asked = select(entry.c.seq).join(newest, newest.c.seq == entry.c.seq)
    return asked.where(entry.c.log == LOG, *way.rest)


def _count(connection: Connection, given: Select[Any]) -> int:
    query = select(func.count()).select_from(given.subquery())
    count: int = connection.execute(query).scalar_one()
    return count


def _is_code(term: Term) -> bool:
    return term.field is Field.REASON and not term.value.endswith("*")


def _leads(connection: Connection, place: ColumnElement[int]) -> ColumnElement[bool]:
    if connection.dialect.name == "sqlite":
        # Else SQLite may walk the entries and ask the other index about each of them.
        place = literal_column(f"+{place}", BigInteger)
    return place == entry.c.seq


def _rank(term: Term) -> int:
    return _RANK[term.field]
