"""Measures the log on both stores: filters, receipts, export, verification, appends.

    python -m bench.log [--entries 1000000] [--store sqlite|postgresql] [--url postgresql://...]

PostgreSQL is a server of its own, started for this and removed behind it, unless --url names an
empty, migrated database. Figures depend on the disk and on what else runs: compare those of one
run with each other.
"""

from __future__ import annotations

import argparse
import math
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import click
import psycopg

from app.adapters.stores.opening import Stores
from app.domain.digest import Digest
from app.domain.log import audit, note, question, trust
from bench import appends, generated
from tests.plugins.real_postgresql import MIGRATED, running_server

ENTRIES = 1_000_000
STORES = ("sqlite", "postgresql")
QUESTIONS = (
    "",
    "model:team-7/m-7",
    "project:team-7",
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
PAGE = 50
ROUNDS = 100
MOST_MS = 50.0
MOST_RECEIPT_MS = 10.0
MOST_EXPORT_SECONDS = 60.0
MOST_EXPORT_MB = 150
MOST_VERIFY_SECONDS = 30.0


@dataclass
class Aims:
    """What was aimed at and is not met; an aim in seconds is that of a million entries."""

    entries: int
    missed: list[str] = field(default_factory=list)

    def told(self, what: str, figure: float, aim: float) -> str:
        """Tell an aim beside its figure, and keep it in mind if it is not met."""
        if figure > aim:
            self.missed.append(what)
        return f"{aim:g}" + (" OVER" if figure > aim else "")


def main() -> None:
    """Measure and print; exit with 1 when an aim is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--store", choices=STORES, help="One store only.")
    parser.add_argument("--url", help="An empty, migrated PostgreSQL database.")
    given = parser.parse_args()
    both(given.entries, (given.store,) if given.store else STORES, given.url)


def both(entries: int, kinds: Sequence[str] = STORES, url: str | None = None) -> None:
    """Measure a log on each kind of store; exit with 1 when an aim is not met."""
    missed = [f"{kind}: {one}" for kind in kinds for one in of(kind, entries, url)]
    if missed:
        raise SystemExit("not met: " + ", ".join(missed))


def of(kind: str, entries: int, url: str | None = None) -> list[str]:
    """Measure a log on one kind of store; tell which aims are not met."""
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as folder:
        if kind == "sqlite":
            return measure(Path(folder), entries, None)
        with database(url) as there:
            return measure(Path(folder), entries, there)


@contextmanager
def database(url: str | None = None) -> Iterator[str]:
    """Give an empty, migrated database on PostgreSQL: this one, or one of a server of its own."""
    if url is not None:
        yield url
        return
    with running_server() as server:
        yield server.make_database("bench", MIGRATED)


def measure(folder: Path, entries: int, url: str | None) -> list[str]:
    """Fill a log with generated entries, then measure it; tell which aims are not met."""
    aims = Aims(entries)
    click.echo(f"\nA log of {entries:,} generated entries on {_server(url)}")
    start = time.perf_counter()
    with click.progressbar(length=entries, file=sys.stderr, label="filling") as bar:
        clock = generated.fill(folder, entries, url, bar.update)
    seconds = time.perf_counter() - start
    click.echo(f"  filled in {seconds:.0f} s, in transactions of {generated.PIECE:,} entries, the")
    click.echo("  indexes of searches made behind the last: the log is the same")
    _measure_export(folder, url, aims)
    stores = generated.opened(folder, url, clock)
    _measure_verification(stores, aims)
    _measure_reading(stores, aims)
    aims.missed += appends.measure(stores, folder, url)
    stores.close()
    return aims.missed


def _server(url: str | None) -> str:
    if url is None:
        return f"SQLite {sqlite3.sqlite_version}"
    with psycopg.connect(url) as server:
        return f"PostgreSQL {server.info.server_version // 10000}"


def _measure_reading(stores: Stores, aims: Aims) -> None:
    click.echo(f"  {'a page of 50 with its count, ms':<49}{'p50':>6}{'p95':>7}{'p99':>7}  aim")
    for line in QUESTIONS:
        asked = question.parse(line)
        _row(line or "(all)", partial(stores.log.search, asked, None, PAGE), MOST_MS, aims)
    size = generated.size_of(stores.log)
    chance = random.Random(1)  # noqa: S311 - figures, not secrets
    _row("receipt", lambda: stores.log.receipt(chance.randrange(size)), MOST_RECEIPT_MS, aims)
    click.echo()


def _row(name: str, work: Callable[[], Any], aim: float, aims: Aims) -> None:
    times: list[float] = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    p50, p95, p99 = (_quantile(times, share) for share in (0.5, 0.95, 0.99))
    short = name if len(name) < 49 else f"{name[:45]}..."  # noqa: PLR2004 - of 80 columns
    told = aims.told(name[:45], p95, aim)
    click.echo(f"  {short:<49}{p50:>6.1f}{p95:>7.1f}{p99:>7.1f}  {told}")


def _quantile(times: list[float], share: float) -> float:
    return sorted(times)[math.ceil(len(times) * share) - 1]


def _measure_export(folder: Path, url: str | None, aims: Aims) -> None:
    # In a process of its own, so that the memory is that of an export and of nothing else.
    command = [sys.executable, "-m", "bench.exports", str(folder), *([url] if url else [])]
    told = subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - a module of ours
    seconds, busy, size, most = map(float, told.stdout.split())
    click.echo(
        f"  export as JSONL, {size:.0f} MB: {seconds:.1f} s ({busy:.1f} s of processor), aim "
        + aims.told("export", seconds, MOST_EXPORT_SECONDS)
    )
    least = aims.told("memory of the export", most, MOST_EXPORT_MB)
    click.echo(f"    memory of its process at most {most:.0f} MB, aim {least}")


def _measure_verification(stores: Stores, aims: Aims) -> None:
    policy = trust.of_key(note.parse_key(stores.log.key))
    start, busy = time.perf_counter(), time.process_time()
    report = audit.audit(partial(generated.file_of, stores.log), policy)
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    if not report.is_whole:
        raise SystemExit(f"the log is not whole: {report.findings}")
    told = aims.told("verification", seconds, MOST_VERIFY_SECONDS)
    click.echo(f"  full verification: {seconds:.1f} s ({busy:.1f} s of processor), aim {told}\n")


if __name__ == "__main__":
    main()
