"""Generated decisions, and a log of many of them made fast.

What is generated takes the way of every entry (`appending.append`): its bytes, leaf, tree,
identifiers, reasons and words come from there. Two things are otherwise, and neither changes
what the log is: ten thousand entries are one transaction, and the indexes that nothing but
a search needs are made behind the last of them, by the statements that the store states itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from app.adapters.stores import postgres, sqlite
from app.adapters.stores.log import appending
from app.adapters.stores.log.appending import Work
from app.adapters.stores.opening import Stores, open_postgres, open_sqlite
from app.domain.digest import Digest
from app.domain.entry import Draft, Kind, microseconds
from app.domain.log import note, tile, trust
from app.ports import Clock, Log

NAME = "bench/log"
CODES = (
    ("evaluation.below_threshold", "model_card.licence_missing"),
    ("model_card.licence_missing", "signatures.missing"),
    ("evaluation.below_threshold", "signatures.missing"),
)
"""The two reasons of each release that is not allowed, in turns."""
STAGES = ("production", "staging", "dev")
OF_ONE_RELEASE = 20
"""Decisions about the same release, one after the other."""
PIECE = 10_000
"""Entries that are generated in one transaction."""
MOMENTS = 365
"""Different times of a log, however many entries it has: they span one year."""
START = datetime(2026, 1, 1, tzinfo=UTC)

_OUTCOMES = ("allow",) * 20 + ("deny",) * 3 + ("pending",) * 2
_OF_SQLITE = "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'entry' AND sql LIKE 'CREATE I%'"
_OF_POSTGRESQL = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid IN ('entry'::regclass, 'words'::regclass) AND NOT indisprimary"""


class Calendar:
    """A clock that is a step further each time it is asked."""

    def __init__(self, now: datetime, step: timedelta = timedelta(seconds=1)) -> None:
        self._now = now
        self._step = step

    def now(self) -> datetime:
        """Tell a time later than the last."""
        self._now += self._step
        return self._now


def outcome(number: int) -> str:
    """Tell the outcome of a decision: four of five are allowed, 12 of 100 denied."""
    return _OUTCOMES[(number + number // 500) % 25]


def codes(number: int) -> tuple[str, ...]:
    """Tell the reasons of a decision."""
    return () if outcome(number) == "allow" else CODES[number // 25 % 3]


def a_draft(number: int) -> Draft:
    """Make a decision like any other, always the same for its number."""
    said, (model_name, release) = outcome(number), _MODELS[number % len(_MODELS)]
    body = {
        "decision_id": f"d-{number}",
        "outcome": said,
        "reasons": [] if said == "allow" else _REASONS[number // 25 % 3],
        "policy": _POLICIES[number % len(_POLICIES)],
        "release": release,
        "evidence": _EVIDENCE,
    }
    digest = _release_digest(number // OF_ONE_RELEASE)
    actor, stage = f"ci-{number % 200}", STAGES[number % 3]
    return Draft(f"d-{number}", Kind.DECISION, actor, body, digest, model_name, stage, said)


@lru_cache(maxsize=1)
def _release_digest(number: int) -> Digest:
    return Digest.of(b"release %d" % number)


def _model(number: int) -> tuple[str, dict[str, Any]]:
    namespace, name = f"team-{number % 50}", f"m-{number}"
    model = {"namespace": namespace, "name": name, "version": f"1.{number % 97}"}
    return f"{namespace}/{name}", {"model": model}


# Made once: to make them is not the log's work.
_MODELS = tuple(map(_model, range(500)))
_POLICIES = tuple({"revision": f"p-{number}"} for number in range(20))
_EVIDENCE = "x" * 300
_REASONS = tuple(
    [{"code": code, "message": f"this release breaks {code}"} for code in pair] for pair in CODES
)


def opened(folder: Path, url: str | None, clock: Clock) -> Stores:
    """Open the log that was filled."""
    if url:
        return open_postgres(url, NAME, clock, folder / "log.key")
    return open_sqlite(folder / "bench.db", NAME, clock)


def fill(
    folder: Path, entries: int, url: str | None, progress: Callable[[int], None] | None = None
) -> Calendar:
    """Fill an empty log with decisions over one year; give the clock that stands behind it."""
    opened(folder, url, Calendar(START)).close()
    with _indexed_at_the_end(folder, url):
        database = postgres.open_database(url) if url else sqlite.open_database(folder / "bench.db")
        for low in range(0, entries, PIECE):
            high = min(low + PIECE, entries)
            with database.write() as connection:
                for first, end, at in _moments(low, high, entries):
                    works = [Work(a_draft(number)) for number in range(first, end)]
                    appending.append(connection, works, NAME, microseconds(at))
            if progress:
                progress(high - low)
        database.close()
    return Calendar(START + timedelta(days=365))


def file_of(log: Log, path: str) -> bytes:
    """Read a file of the log as C2SP tlog-tiles names it, as whoever audits it asks for it."""
    if path == "checkpoint":
        return log.checkpoint().encode()
    _, level, place = path.split("/", 2)
    return log.tile(tile.parse(level, place))


def size_of(log: Log) -> int:
    """Tell how many entries the log has, by the checkpoint that it signs now."""
    return trust.of_key(note.parse_key(log.key)).believe(log.checkpoint()).size


def moment(number: int, entries: int) -> datetime:
    """Tell when a decision was made: as many at each moment."""
    return START + timedelta(days=365) / MOMENTS * (number * MOMENTS // entries)


def _moments(low: int, high: int, entries: int) -> Iterator[tuple[int, int, datetime]]:
    while low < high:
        following = low * MOMENTS // entries + 1
        end = min(-(-following * entries // MOMENTS), high)
        yield low, end, moment(low, entries)
        low = end


@contextmanager
def _indexed_at_the_end(folder: Path, url: str | None) -> Iterator[None]:
    # To sort a million places once is a tenth of the work of sorting in one after the other.
    if url is None:
        with closing(sqlite3.connect(folder / "bench.db", isolation_level=None)) as file:
            made = file.execute(_OF_SQLITE).fetchall()
            for name, _ in made:
                file.execute(f'DROP INDEX "{name}"')
        yield
        with closing(sqlite3.connect(folder / "bench.db", isolation_level=None)) as file:
            for _, statement in made:
                file.execute(statement)
        return
    with psycopg.connect(url, autocommit=True) as server:
        made = server.execute(_OF_POSTGRESQL).fetchall()
        for name, _ in made:
            server.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    with psycopg.connect(url, autocommit=True) as server:
        for _, statement in made:
            # "ONLY" is how a partitioned table states its index: without its partitions.
            server.execute(statement.replace(" ON ONLY ", " ON ").encode())
        server.execute("ANALYZE")
