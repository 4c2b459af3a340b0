"""Measures the log: appends beside a bare insert, every filter, receipts, verification.

    python -m bench.log FOLDER [--entries 100000] [--url postgresql://...]

The database at --url must be empty and migrated. Figures depend on the disk and on what else
runs: compare those of one run with each other.
"""

from __future__ import annotations

import argparse
import math
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import click
import psycopg

from app.adapters.stores import postgres, sqlite
from app.adapters.stores.log import appending
from app.adapters.stores.log.appending import Work
from app.adapters.stores.opening import Stores, open_postgres, open_sqlite
from app.domain.digest import Digest
from app.domain.entry import Draft, Entry, Idempotency, Kind, microseconds
from app.domain.log import audit, note, question, trust
from app.domain.log.exports import formats
from app.domain.log.question import Question
from app.domain.log.tile import Tile
from app.gate.log import export
from app.ports import Clock, Log

QUESTIONS = (
    "",
    "model:team-7/m-7",
    "version:1.5",
    "stage:production",
    "outcome:deny",
    "kind:decision",
    "policy:p-3",
    "actor:ci-9",
    f"digest:{Digest.of(b'release 1')}",
    "reason:signatures.missing",
    "reason:model_card.*",
    "after:2026-06-01 before:2026-06-02",
    "below threshold",
    "outcome:deny stage:production after:2026-03-01 before:2026-04-01",
    "-outcome:allow",
)
CODES = ("signatures.missing", "model_card.licence_missing", "evaluation.below_threshold")
NAME = "bench/log"
RECEIPT = "receipt"
PIECE = 1000
"""Entries that are generated in one transaction."""
ROUNDS = 60
SECONDS = 1.0
TURNS = 4
"""Times that bare inserts and appends take turns, so that both meet the same machine."""
LONGEST_MS = 50
LONGEST_RECEIPT_MS = 10
MADE_AHEAD = 40_000
"""Drafts that are made before the clock runs: to make one is not the log's work."""


class Calendar:
    """A clock that walks through one year as the log is filled."""

    def __init__(self, step: timedelta) -> None:
        self._now = datetime(2026, 1, 1, tzinfo=UTC)
        self._step = step

    def now(self) -> datetime:
        """Tell a time later than the last."""
        self._now += self._step
        return self._now


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--url")
    parser.add_argument("--export", action="store_true", help="Export what is there, only.")
    given = parser.parse_args()
    if given.export:
        _measure_export(given.folder, given.url)
    else:
        measure(given.folder, given.entries, given.url)


def measure(folder: Path, entries: int, url: str | None) -> None:
    """Fill a log with generated entries, then measure appends, reading, export and audit."""
    start = time.perf_counter()
    clock = fill(folder, entries, url)
    click.echo(f"{entries} entries generated in {time.perf_counter() - start:.0f} s")
    stores = opened(folder, url, clock)
    _measure_appends(stores, folder, url)
    slow = [name for name, p95 in measure_reading(stores) if p95 > _most(name)]
    stores.close()
    of_url = ["--url", url] if url else []
    exporting = [sys.executable, "-m", "bench.log", str(folder), "--export", *of_url]
    subprocess.run(exporting, check=True)  # noqa: S603 - this module, in a process of its own
    if slow:
        raise SystemExit(f"p95 over {LONGEST_MS} ms ({LONGEST_RECEIPT_MS} of a receipt): {slow}")


def _most(name: str) -> int:
    return LONGEST_RECEIPT_MS if name == RECEIPT else LONGEST_MS


def opened(folder: Path, url: str | None, clock: Clock) -> Stores:
    """Open the log that was filled."""
    if url:
        return open_postgres(url, NAME, clock, folder / "log.key")
    return open_sqlite(folder / "bench.db", NAME, clock)


def fill(folder: Path, entries: int, url: str | None) -> Calendar:
    """Append generated decisions, a thousand a transaction, over one year."""
    clock = Calendar(timedelta(days=365) / max(1, entries // PIECE))
    opened(folder, url, clock).close()
    database = postgres.open_database(url) if url else sqlite.open_database(folder / "bench.db")
    for low in range(0, entries, PIECE):
        works = [Work(a_draft(number)) for number in range(low, min(low + PIECE, entries))]
        with database.write() as connection:
            appending.append(connection, works, NAME, microseconds(clock.now()))
    if url:
        with database.write() as connection:
            connection.exec_driver_sql("ANALYZE")
    database.close()
    return clock


def a_draft(number: int) -> Draft:
    """A decision like any other: four of five are allowed, the rest have two reasons."""
    chance = random.Random(number)  # noqa: S311 - figures, not secrets
    outcome = chance.choices(("allow", "deny", "pending"), (80, 12, 8))[0]
    codes = () if outcome == "allow" else chance.sample(CODES, 2)
    model, name = number % 500, f"m-{number % 500}"
    body = {
        "decision_id": f"d-{number}",
        "outcome": outcome,
        "reasons": [{"code": code, "message": f"this release breaks {code}"} for code in codes],
        "policy": {"revision": f"p-{number % 20}"},
        "release": {
            "model": {"namespace": f"team-{model % 50}", "name": name, "version": f"1.{model % 97}"}
        },
        "evidence": "x" * 300,
    }
    release = Digest.of(f"release {number // 20}".encode())
    stage = ("production", "staging", "dev")[number % 3]
    model_name = f"team-{model % 50}/{name}"
    actor = f"ci-{number % 200}"
    return Draft(f"d-{number}", Kind.DECISION, actor, body, release, model_name, stage, outcome)


def _measure_appends(stores: Stores, folder: Path, url: str | None) -> None:
    size = trust.of_key(note.parse_key(stores.log.key)).believe(stores.log.checkpoint()).size
    numbers = count(size)
    made = [a_draft(number) for number in range(size, size + MADE_AHEAD)]

    def append() -> None:
        number = next(numbers)
        key = Idempotency("bench", str(number), Digest.of(b"request"))
        ready = number - size < MADE_AHEAD
        stores.log.append(made[number - size] if ready else a_draft(number), key)

    bare = _bare_insert(folder, url)
    rates: dict[int, list[float]] = {writers: [] for writers in (0, 1, 8, 64)}
    for _ in range(TURNS):
        for writers, told in rates.items():
            told.append(_rate(append, writers) if writers else _rate(bare, 1))
    base = sum(rates.pop(0)) / TURNS
    click.echo(f"bare insert, a commit a row: {base:.0f}/s")
    for writers, told in rates.items():
        rate = sum(told) / TURNS
        click.echo(f"append, {writers} at once: {rate:.0f}/s, {rate / base:.1f} x bare")


def _rate(work: Callable[[], None], writers: int) -> float:
    end = time.perf_counter() + SECONDS

    def loop(_: int) -> int:
        done = 0
        while time.perf_counter() < end:
            work()
            done += 1
        return done

    with ThreadPoolExecutor(writers) as pool:
        return sum(pool.map(loop, range(writers))) / SECONDS


def _bare_insert(folder: Path, url: str | None) -> Callable[[], None]:
    row = (b"x" * 1200,)
    if url:
        server = psycopg.connect(url, autocommit=True)
        server.execute("CREATE TABLE bare (id bigserial PRIMARY KEY, body bytea)")
        return lambda: _ignore(server.execute("INSERT INTO bare (body) VALUES (%s)", row))
    file = sqlite3.connect(folder / "bare.db", isolation_level=None, check_same_thread=False)
    file.execute("PRAGMA journal_mode=WAL")
    file.execute("PRAGMA synchronous=FULL")
    file.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, body BLOB)")
    return lambda: _ignore(file.execute("INSERT INTO bare (body) VALUES (?)", row))


def _ignore(_: object) -> None:
    """Take what is of no interest."""


def measure_reading(stores: Stores) -> Iterator[tuple[str, float]]:
    """Measure every filter, receipts, an export and the audit: name and p95 in milliseconds."""
    log = stores.log
    for line in QUESTIONS:
        asked = question.parse(line)
        yield _told(f"search {line[:44]!r}", partial(log.search, asked, None, 50))
    policy = trust.of_key(note.parse_key(log.key))
    size = policy.believe(log.checkpoint()).size
    chance = random.Random(1)  # noqa: S311 - figures, not secrets
    yield _told(RECEIPT, lambda: log.receipt(chance.randrange(size)))
    start, busy = time.perf_counter(), time.process_time()
    report = audit.audit(lambda path: _file(stores, path), policy)
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    click.echo(f"verify {report.entries} entries: {seconds:.1f} s, {busy:.1f} s of processor")
    if not report.is_whole:
        raise SystemExit(f"the log is not whole: {report.findings}")


def _measure_export(folder: Path, url: str | None) -> None:
    stores = opened(folder, url, Calendar(timedelta(seconds=1)))
    size = trust.of_key(note.parse_key(stores.log.key)).believe(stores.log.checkpoint()).size
    start, busy = time.perf_counter(), time.process_time()
    written = sum(len(line) for line in _exported(stores.log, size))
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    stores.close()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    most = int(status.partition("VmHWM:")[2].split()[0]) >> 10
    took = f"{seconds:.1f} s, {busy:.1f} s of processor"
    click.echo(f"export {size} entries, {written >> 20} MB: {took}, {most} MB at most")


def _exported(log: Log, size: int) -> Iterator[bytes]:
    def entries() -> Iterator[Entry]:
        start = 0
        while piece := log.scan(Question(), start, size, export.PIECE):
            yield from piece
            start = piece[-1].seq + 1

    return formats.jsonl(entries(), formats.Source(log.checkpoint(), log.key, ""))


def _file(stores: Stores, path: str) -> bytes:
    if path == "checkpoint":
        return stores.log.checkpoint().encode()
    _, level, place = path.split("/", 2)
    number, _, width = place.partition(".p/")
    plain = int(number.replace("x", "").replace("/", ""))
    tile_level = None if level == "entries" else int(level)
    return stores.log.tile(Tile(tile_level, plain, int(width or 256)))


def _told(name: str, work: Callable[[], Any]) -> tuple[str, float]:
    times: list[float] = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    click.echo(f"{name}: p50 {_quantile(times, 0.5):.1f} ms, p95 {_quantile(times, 0.95):.1f} ms")
    return name, _quantile(times, 0.95)


def _quantile(times: Sequence[float], share: float) -> float:
    return sorted(times)[math.ceil(len(times) * share) - 1]


if __name__ == "__main__":
    main()
