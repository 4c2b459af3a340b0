from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from app.adapters.stores import sqlite
from app.adapters.stores.database import Database
from app.adapters.stores.log import entries, reading, writer
from app.adapters.stores.log.appending import Work
from app.adapters.stores.log.writer import Writer
from app.adapters.stores.schema import token
from app.domain.entry import Draft, Entry, Kind
from app.domain.errors import GateError, StoreError, TooLargeError
from tests.fakes.stores import SetClock

NAME = "gate.test/log"


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    # A test holds the turn while others come: on a busy machine for longer than a gate would wait.
    monkeypatch.setattr("app.adapters.stores.database.LONGEST_WAIT", 60.0)
    opened = sqlite.open_database(tmp_path / "gate.db")
    entries.found(opened, NAME)
    yield opened
    opened.close()


def nothing() -> None:
    """Publish no checkpoint."""


def a_work(n: int, **changes: object) -> Work:
    return Work(Draft(f"d-{n}", Kind.DECISION, "ci", {"n": n, **changes}))


def until(is_so: Callable[[], bool]) -> None:
    """Wait until another thread has come so far, or fail after a minute."""
    for _ in range(60_000):
        if is_so():
            return
        threading.Event().wait(0.001)
    pytest.fail("the other thread never came so far")


def together(database: Database, works: list[Work]) -> list[Entry | Exception]:
    """Append the works in one batch: they queue up while somebody else writes."""
    made = Writer(database, NAME, SetClock(), nothing)

    def append(work: Work) -> Entry | Exception:
        try:
            return made.append(work)
        except (StoreError, TooLargeError) as error:
            return error

    with ThreadPoolExecutor(len(works) + 1) as pool:
        with database.write():
            first = pool.submit(append, a_work(-1))
            until(lambda: made._busy_since is not None)  # noqa: SLF001 - the first is being written
            waiting = [pool.submit(append, work) for work in works]
            until(lambda: made._queue.qsize() == len(works))  # noqa: SLF001 - all of them wait
        outcomes = [future.result() for future in waiting]
    assert isinstance(first.result(), Entry)
    made.close()
    return outcomes


def test_what_waits_together_is_committed_together(database: Database) -> None:
    outcomes = together(database, [a_work(n) for n in range(20)])

    assert sorted(entry.seq for entry in outcomes if isinstance(entry, Entry)) == list(range(1, 21))


def test_a_batch_takes_along_who_is_about_to_ask_and_waits_for_nobody(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, turns = Writer(database, NAME, SetClock(), nothing), 0

    def others_run() -> None:
        nonlocal turns
        turns += 1
        if turns <= 2:
            made._queue.put(writer._Waiting(a_work(turns)))  # noqa: SLF001 - as append does

    monkeypatch.setattr(writer, "_give_a_turn", others_run)
    batch, is_last = made._batch(writer._Waiting(a_work(0)))  # noqa: SLF001 - as its thread does

    assert [item.work.draft.id for item in batch] == ["d-0", "d-1", "d-2"]
    assert (turns, is_last) == (3, False)
    made.close()


def test_one_that_is_refused_does_not_take_its_neighbours_along(database: Database) -> None:
    outcomes = together(database, [a_work(0), a_work(1, text="x" * 70_000), a_work(2), a_work(0)])

    assert [type(outcome) for outcome in outcomes].count(Entry) == 2
    assert any(isinstance(outcome, TooLargeError) for outcome in outcomes)
    assert sorted(e.seq for e in outcomes if isinstance(e, Entry)) == [1, 2]


def test_one_that_the_database_refuses_does_not_take_its_neighbours_along(
    database: Database,
) -> None:
    def twice(connection: Connection, made: Entry) -> None:
        row = {"id": "t", "subject": "x", "roles": "[]", "secret_sha256": "", "created_at": made.at}
        connection.execute(insert(token), [row, row])

    bad = Work(Draft("bad", Kind.TOKEN_CREATED, "ci", {}), also=twice)
    outcomes = together(database, [a_work(0), bad, a_work(1)])

    assert [isinstance(outcome, Entry) for outcome in outcomes] == [True, False, True]
    with database.read() as connection:
        assert reading.at_seq(connection, NAME, 0).id == "d--1"


def test_a_commit_that_does_not_come_is_an_error_within_the_deadline(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Writer(database, NAME, SetClock(), nothing)

    class Begun(writer._Waiting):  # noqa: SLF001 - its time runs from when the first is being written
        def wait(self, seconds: float) -> Entry | GateError | None:
            until(lambda: made._busy_since is not None)  # noqa: SLF001 - the first is being written
            return super().wait(seconds)

    monkeypatch.setattr(writer, "LONGEST_WAIT", 0.05)
    monkeypatch.setattr(writer, "_Waiting", Begun)
    with database.write():
        with pytest.raises(StoreError, match="same Idempotency-Key"):
            made.append(a_work(0))
        with pytest.raises(StoreError, match=r"does not answer|nothing was recorded"):
            made.append(a_work(1))
    made.close()


def test_what_was_given_up_while_it_waited_is_not_recorded(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Writer(database, NAME, SetClock(), nothing)
    with ThreadPoolExecutor(1) as pool, database.write():
        first = pool.submit(made.append, a_work(0))
        until(lambda: made._busy_since is not None)  # noqa: SLF001 - the first is being written
        monkeypatch.setattr(writer, "LONGEST_WAIT", 0.05)
        made._busy_since = None  # noqa: SLF001 - as if it had only begun
        with pytest.raises(StoreError, match="nothing was recorded"):
            made.append(a_work(1))
    first.result()
    made.close()

    with database.read() as connection:
        assert reading.at_seq(connection, NAME, 0).id == "d-0"
        with pytest.raises(StoreError, match="missing"):
            reading.at_seq(connection, NAME, 1)


def test_a_closed_writer_takes_nothing(database: Database) -> None:
    made = Writer(database, NAME, SetClock(), nothing)
    made.append(a_work(0))
    made.close()

    with pytest.raises(StoreError, match="closed"):
        made.append(a_work(1))


def test_a_queue_that_is_full_takes_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "LONGEST_QUEUE", 1)
    made = Writer(database, NAME, SetClock(), nothing)
    with ThreadPoolExecutor(2) as pool, database.write():
        first = pool.submit(made.append, a_work(0))
        until(lambda: made._busy_since is not None)  # noqa: SLF001 - the first is being written
        second = pool.submit(made.append, a_work(1))
        until(made._queue.full)  # noqa: SLF001 - the second waits
        with pytest.raises(StoreError, match="too many"):
            made.append(a_work(2))
    assert {first.result().seq, second.result().seq} == {0, 1}
    made.close()


def test_a_checkpoint_is_published_when_the_log_grew_and_when_it_closes(
    database: Database,
) -> None:
    published: list[str] = []
    made = Writer(database, NAME, SetClock(), lambda: published.append("checkpoint"))
    made.append(a_work(0))
    until(lambda: len(published) == 1)
    made.close()

    assert len(published) == 2


def test_a_checkpoint_that_cannot_be_published_stops_no_appends(database: Database) -> None:
    def fail() -> None:
        raise StoreError("the disk is full")

    made = Writer(database, NAME, SetClock(), fail)
    assert [made.append(a_work(n)).seq for n in range(3)] == [0, 1, 2]
    made.close()
