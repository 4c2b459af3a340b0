"""kill -9 of the gate, of PostgreSQL, and a PostgreSQL that hangs: nothing told is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.adapters.stores.opening import Stores, open_postgres, open_sqlite
from app.domain.digest import Digest
from app.domain.entry import Draft, Idempotency, Kind
from app.domain.errors import StoreError
from app.domain.log import merkle, note, trust
from app.domain.log.question import Question
from tests.fakes.stores import SetClock
from tests.plugins.real_postgresql import MIGRATED, running_server
from tests.services.postgresql import Server

NAME = "gate.test/log"
ROUNDS = 20
ACKNOWLEDGED = 60
"""Entries that a process acknowledges before it is killed."""


def kill_under_load(kind: str, place: str, key: Path, prefix: str) -> dict[int, str]:
    """Let a process append, kill it in the middle, and tell what it had acknowledged."""
    arguments = [sys.executable, "-m", "tests.faults.appender", kind, place, str(key), prefix]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(  # noqa: S603 - a process of our own
        arguments, stdout=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(ACKNOWLEDGED)]
        process.kill()
        lines += process.stdout.read().splitlines(keepends=True)
    told = [line.decode().split() for line in lines if line.endswith(b"\n")]
    return {int(seq): entry_id for seq, entry_id in told}


def assert_whole(stores: Stores, acknowledged: dict[int, str]) -> None:
    policy = trust.of_key(note.parse_key(stores.log.key))
    stated = policy.believe(stores.log.checkpoint())
    entries = stores.log.scan(Question(), 0, stated.size, stated.size)
    there = {entry.seq: entry.id for entry in entries}

    assert acknowledged.items() <= there.items()
    assert sorted(there) == list(range(stated.size))
    leaves = [merkle.leaf_hash(entry.body) for entry in entries]
    assert merkle.grow(merkle.EMPTY, leaves).frontier.root == stated.root


def test_no_acknowledged_entry_is_lost_when_the_gate_is_killed_on_sqlite(tmp_path: Path) -> None:
    path, acknowledged = tmp_path / "gate.db", dict[int, str]()
    for number in range(ROUNDS):
        acknowledged |= kill_under_load("sqlite", str(path), tmp_path, f"round-{number}")

    assert len(acknowledged) >= ROUNDS * ACKNOWLEDGED
    stores = open_sqlite(path, NAME, SetClock())
    assert_whole(stores, acknowledged)
    stores.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server for killing: it recovers the sooner, the fewer databases it has."""
    with running_server() as running:
        yield running


@pytest.fixture
def url(server: Server) -> str:
    return server.make_database(f"kills-{uuid.uuid4()}", MIGRATED)


def test_no_acknowledged_entry_is_lost_when_the_gate_is_killed_on_postgresql(
    url: str, tmp_path: Path
) -> None:
    acknowledged: dict[int, str] = {}
    key = tmp_path / "log.key"
    for number in range(ROUNDS):
        acknowledged |= kill_under_load("postgresql", url, key, f"round-{number}")

    stores = open_postgres(url, NAME, SetClock(), key)
    assert_whole(stores, acknowledged)
    stores.close()


def append(stores: Stores, prefix: str, count: int) -> dict[int, str]:
    drafts = [Draft(f"{prefix}-{n}", Kind.DECISION, "ci", {"n": n}) for n in range(count)]
    return {made.seq: made.id for made in map(stores.log.append, drafts)}


def test_a_postgresql_that_is_killed_costs_errors_and_no_entry(
    server: Server, url: str, tmp_path: Path
) -> None:
    stores = open_postgres(url, NAME, SetClock(), tmp_path / "log.key")
    acknowledged = append(stores, "before", 50)
    for number in range(3):
        server.stop("immediate")
        with pytest.raises(StoreError):
            stores.log.append(Draft(f"down-{number}", Kind.DECISION, "ci", {}))
        with pytest.raises(StoreError):
            stores.log.ping()
        with pytest.raises(StoreError):
            stores.log.find("before-0", Kind.DECISION)
        server.start()
        acknowledged |= append(stores, f"after-{number}", 50)

    assert_whole(stores, acknowledged)
    assert stores.log.find("down-0", Kind.DECISION) is None
    stores.close()


def test_a_postgresql_that_hangs_is_an_error_within_the_deadline(
    server: Server, url: str, tmp_path: Path
) -> None:
    stores = open_postgres(url, NAME, SetClock(), tmp_path / "log.key")
    stores.log.append(Draft("before", Kind.DECISION, "ci", {}))
    key = Idempotency("ci", "k-1", Digest.of(b"request"))
    server.signal(signal.SIGSTOP)
    try:
        start = time.monotonic()
        with pytest.raises(StoreError):
            stores.log.append(Draft("hung", Kind.DECISION, "ci", {}), key)
        with pytest.raises(StoreError):
            stores.log.find("before", Kind.DECISION)
        assert time.monotonic() - start < 60
    finally:
        server.signal(signal.SIGCONT)
    made = stores.log.append(Draft("hung-again", Kind.DECISION, "ci", {}), key)

    assert made.seq == 1
    assert_whole(stores, {1: made.id})
    stores.close()
