"""Measures appends by 1, 8 and 64 at once, in turns with bare inserts of a commit a row.

Bare inserts are made by one, and by as many at once, each with a connection of its own, as
whoever keeps no group would make them. All sync the same disk each time they commit. What a
group shares is that sync: where it is fast the processor is the limit, so the time of one sync
is printed beside the rates.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from pathlib import Path
from typing import LiteralString

import click
import psycopg

from app.adapters.stores.log import writer
from app.adapters.stores.opening import Stores
from app.domain.digest import Digest
from app.domain.entry import Draft, Idempotency
from bench import generated

SECONDS = 1.0
TURNS = 4
"""Times that bare inserts and appends take turns, so that both meet the same machine."""
MADE_AHEAD = 40_000
"""Drafts that are made before the clock runs: to make one is not the log's work."""
SYNCS = 200
BODY = b"x" * 1200
MOST = 64
"""Callers at once for which the aim holds."""
LEAST_TIMES = 5.0
PATIENCE = 60.0
"""Seconds that a bare insert waits for the lock of the file."""

Rate = Callable[[], float]


def measure(stores: Stores, folder: Path, url: str | None) -> list[str]:
    """Print rates, each beside the bare insert's; tell which aim is not met."""
    append = _appending(stores)
    bare = _bare_inserts(folder, url)
    ways: dict[str, Rate] = {
        "bare insert, a commit a row": partial(_rate, bare[:1]),
        f"bare insert, {MOST} at once": partial(_rate, bare),
        **{f"append, {n} at once": partial(_rate, [append] * n) for n in (1, 8, MOST)},
        f"the same {MOST}, an entry a commit": lambda: _alone(append),
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(TURNS):
        for name, rate in ways.items():
            rates[name].append(rate())
    told = {name: sum(each) / TURNS for name, each in rates.items()}
    base = next(iter(told.values()))
    click.echo(f"  {'entries recorded':<39}{'a second':>9}{'beside bare':>13}")
    for name, each in told.items():
        click.echo(f"  {name:<39}{each:>9.0f}{each / base:>11.1f} x")
    appends = told[f"append, {MOST} at once"]
    times, among = appends / base, appends / told[f"bare insert, {MOST} at once"]
    is_over = "" if times >= LEAST_TIMES else " NOT MET"
    click.echo(f"  a sync of the disk with the log takes {_sync(folder):.2f} ms here; aim with")
    click.echo(f"  {MOST} at once: {LEAST_TIMES:g} x bare{is_over}; {among:.1f} x bare by as many")
    return [f"appends by {MOST}: {times:.1f} x bare"] if is_over else []


def _appending(stores: Stores) -> Callable[[], None]:
    size = generated.size_of(stores.log)
    numbers = count()
    made: list[Draft] = [generated.a_draft(size + number) for number in range(MADE_AHEAD)]

    def append() -> None:
        number = next(numbers)
        key = Idempotency("bench", str(size + number), Digest.of(b"request"))
        is_ready = number < MADE_AHEAD
        stores.log.append(made[number] if is_ready else generated.a_draft(size + number), key)

    return append


def _rate(works: Sequence[Callable[[], None]]) -> float:
    """Do each work by a thread of its own, as often as it can; tell how many a second in all."""
    start = time.perf_counter()
    end = start + SECONDS

    def loop(work: Callable[[], None]) -> int:
        done = 0
        while time.perf_counter() < end:
            work()
            done += 1
        return done

    with ThreadPoolExecutor(len(works)) as pool:
        done = sum(pool.map(loop, works))
    return done / (time.perf_counter() - start)


def _alone(append: Callable[[], None]) -> float:
    most, writer.LARGEST_BATCH = writer.LARGEST_BATCH, 1
    try:
        return _rate([append] * MOST)
    finally:
        writer.LARGEST_BATCH = most


def _bare_inserts(folder: Path, url: str | None) -> list[Callable[[], None]]:
    """Open as many connections as there are callers at most, each with an insert of its own."""
    if url:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute("CREATE TABLE bare (id bigserial PRIMARY KEY, body bytea)")
        servers = [psycopg.connect(url, autocommit=True) for _ in range(MOST)]
        return [
            partial(_insert, server, "INSERT INTO bare (body) VALUES (%s)") for server in servers
        ]
    files = [_file(folder / "bare.db") for _ in range(MOST)]
    files[0].execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, body BLOB)")
    return [partial(_insert, file, "INSERT INTO bare (body) VALUES (?)") for file in files]


def _file(path: Path) -> sqlite3.Connection:
    file = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=PATIENCE)
    file.execute("PRAGMA journal_mode=WAL")
    file.execute("PRAGMA synchronous=FULL")
    return file


def _insert(connection: sqlite3.Connection | psycopg.Connection, statement: LiteralString) -> None:
    connection.execute(statement, (BODY,))


def _sync(folder: Path) -> float:
    """Tell how many milliseconds it takes to have 8 kB more on the disk, as the median."""
    times: list[float] = []
    with (folder / "sync").open("wb", buffering=0) as file:
        for _ in range(SYNCS):
            start = time.perf_counter()
            file.write(bytes(8192))
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - start) * 1000)
    return sorted(times)[SYNCS // 2]
