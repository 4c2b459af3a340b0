"""Measures the log: appends beside a bare insert, every filter, receipts, verification.

    python -m bench.log FOLDER [--entries 100000] [--url postgresql://...]

The database at --url must be empty and migrated. Figures depend on the disk and on what else
runs: compare those of one run with each other.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import click
import psycopg

from app.adapters.stores.opening import Stores, open_postgres, open_sqlite
from app.domain.digest import Digest
from app.domain.entry import Draft, Idempotency, Kind
from app.domain.log import audit, note, question, trust
from app.domain.log.tile import Tile

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
ROUNDS = 20
SECONDS = 4.0


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
    given = parser.parse_args()
    clock = Calendar(timedelta(days=365) / given.entries * 100)
    if given.url:
        stores = open_postgres(given.url, "bench/log", clock, given.folder / "log.key")
    else:
        stores = open_sqlite(given.folder / "bench.db", "bench/log", clock)
    _measure_appends(stores, given.folder, given.url)
    _fill(stores, given.entries)
    _measure_reading(stores)
    stores.close()


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
    numbers = count(10**9)

    def append() -> None:
        number = next(numbers)
        key = Idempotency("bench", str(number), Digest.of(b"request"))
        stores.log.append(a_draft(number), key)

    bare = _rate(_bare_insert(folder, url), 1)
    click.echo(f"bare insert, a commit a row: {bare:.0f}/s")
    for writers in (1, 8, 64):
        rate = _rate(append, writers)
        click.echo(f"append, {writers} at once: {rate:.0f}/s, {rate / bare:.1f} x bare")


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


def _fill(stores: Stores, entries: int) -> None:
    start = time.perf_counter()
    with ThreadPoolExecutor(64) as pool:
        for _ in pool.map(stores.log.append, map(a_draft, range(entries)), chunksize=1):
            pass
    click.echo(f"{entries} entries more in {time.perf_counter() - start:.0f} s")


def _measure_reading(stores: Stores) -> None:
    log = stores.log
    for line in QUESTIONS:
        asked = question.parse(line)
        _tell(f"search {line[:44]!r}", partial(log.search, asked, None, 50))
    policy = trust.of_key(note.parse_key(log.key))
    size = policy.believe(log.checkpoint()).size
    chance = random.Random(1)  # noqa: S311 - figures, not secrets
    _tell("receipt", lambda: log.receipt(chance.randrange(size)))
    start = time.perf_counter()
    report = audit.audit(lambda path: _file(stores, path), policy)
    click.echo(f"verify {report.entries} entries: {time.perf_counter() - start:.1f} s")
    if not report.is_whole:
        raise SystemExit(f"the log is not whole: {report.findings}")


def _file(stores: Stores, path: str) -> bytes:
    if path == "checkpoint":
        return stores.log.checkpoint().encode()
    _, level, place = path.split("/", 2)
    number, _, width = place.partition(".p/")
    plain = int(number.replace("x", "").replace("/", ""))
    tile_level = None if level == "entries" else int(level)
    return stores.log.tile(Tile(tile_level, plain, int(width or 256)))


def _tell(name: str, work: Callable[[], Any]) -> None:
    times: list[float] = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    click.echo(f"{name}: p50 {_quantile(times, 0.5):.1f} ms, p95 {_quantile(times, 0.95):.1f} ms")


def _quantile(times: Sequence[float], share: float) -> float:
    return sorted(times)[min(int(len(times) * share), len(times) - 1)]


if __name__ == "__main__":
    main()
