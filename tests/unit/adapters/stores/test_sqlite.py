from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select
from sqlalchemy.dialects import sqlite

from app.adapters.stores import sqlite as sqlite_store
from app.adapters.stores.log import appending, releases
from app.adapters.stores.log.appending import Work
from app.adapters.stores.opening import Stores, open_sqlite
from app.domain.digest import Digest
from app.domain.entry import Draft, Idempotency, Kind
from app.domain.errors import StoreError
from tests.fakes.stores import SetClock

NAME = "gate.test/log"


def opened(path: Path) -> Stores:
    return open_sqlite(path, NAME, SetClock())


def a_draft(entry_id: str) -> Draft:
    return Draft(entry_id, Kind.DECISION, "ci", {"text": "x" * 1000})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gate.db"


@contextmanager
def a_full_disk(path: Path) -> Iterator[None]:
    """Let no file grow beyond what the store's files have now."""
    largest = max(file.stat().st_size for file in path.parent.iterdir())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_entries_outlive_the_process(path: Path) -> None:
    first = opened(path)
    made = first.log.append(a_draft("d-1"))
    first.close()
    second = opened(path)

    assert second.log.find("d-1", Kind.DECISION) == made
    assert second.log.append(a_draft("d-2")).seq == 1
    second.close()


def test_a_second_process_on_the_file_is_refused(path: Path) -> None:
    first = opened(path)

    with pytest.raises(StoreError, match="another gate process"):
        opened(path)
    first.close()
    opened(path).close()


def test_a_store_holds_the_log_it_was_made_for(path: Path) -> None:
    opened(path).close()

    with pytest.raises(StoreError, match="holds the log"):
        open_sqlite(path, "gate.test/another", SetClock())
    opened(path).close()


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"not a database, but long enough to be looked at" * 100)

    with pytest.raises(StoreError, match="cannot be opened"):
        opened(path)


def test_a_path_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(StoreError, match="cannot be opened"):
        opened(tmp_path / "file" / "gate.db")


def test_a_full_disk_refuses_entries_and_keeps_those_it_took(path: Path) -> None:
    stores = opened(path)
    taken = [stores.log.append(a_draft(f"d-{n}")) for n in range(3)]
    with a_full_disk(path):
        with pytest.raises(StoreError, match="cannot be written"):
            stores.log.append(a_draft("d-full"))
        with pytest.raises(StoreError, match="cannot be written"):
            stores.log.ping()
        with pytest.raises(StoreError, match="cannot be written"):
            stores.documents.put(Digest.of(b"x" * 9000), b"x" * 9000)
        assert stores.log.find("d-2", Kind.DECISION) == taken[2]

    assert stores.log.find("d-full", Kind.DECISION) is None
    assert stores.log.append(a_draft("d-after")).seq == 3
    stores.close()
    again = opened(path)
    assert again.log.find("d-0", Kind.DECISION) == taken[0]
    again.close()


def test_a_damaged_file_is_an_error_and_not_an_answer(path: Path) -> None:
    stores = opened(path)
    for n in range(50):
        stores.log.append(a_draft(f"d-{n}"))
    stores.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)

    with pytest.raises(StoreError):
        opened(path)


@pytest.mark.parametrize("verb", ["UPDATE entry SET actor = 'eve'", "DELETE FROM entry"])
def test_the_database_itself_refuses_to_change_entries(path: Path, verb: str) -> None:
    stores = opened(path)
    stores.log.append(a_draft("d-1"))
    stores.close()

    with (
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
        sqlite3.connect(path) as connection,
    ):
        connection.execute(verb)
    connection.close()


def test_a_changed_document_is_an_error_and_not_an_answer(path: Path) -> None:
    stores = opened(path)
    stores.documents.put(Digest.of(b"evidence"), b"evidence")
    stores.close()
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER document_no_update")
    connection.execute("UPDATE document SET content = x'00'")
    connection.commit()
    connection.close()
    stores = opened(path)

    with pytest.raises(StoreError, match="damaged"):
        stores.documents.read(Digest.of(b"evidence"))
    stores.close()


@pytest.mark.parametrize(
    ("statement", "index", "columns"),
    [
        (releases._OLDEST_FIRST, "entry_about", 3),  # noqa: SLF001 - the plan of this very statement
        (releases._LATEST, "entry_about", 3),  # noqa: SLF001 - likewise
        (releases._NEWEST_OF_EACH, "entry_about", 3),  # noqa: SLF001 - likewise
        (releases._SUBMITTERS, "entry_about", 3),  # noqa: SLF001 - likewise
        (releases._RELEASED, "entry_allowed", 5),  # noqa: SLF001 - likewise
        (releases._OTHERS_RELEASED, "entry_allowed", 5),  # noqa: SLF001 - likewise
        (releases._LAST_RELEASED, "entry_allowed", 5),  # noqa: SLF001 - likewise
    ],
)
def test_what_a_decision_asks_of_the_log_is_found_by_its_own_index(
    path: Path, statement: Select[Any], index: str, columns: int
) -> None:
    database = sqlite_store.open_database(path)
    names = ("release", "of_kind", "of_model", "on_stage")
    compiled = statement.compile(dialect=sqlite.dialect())
    values = {**compiled.params, **dict.fromkeys(set(names) & set(compiled.params), "x")}
    places = tuple(values[name] for name in compiled.positiontup or ())
    with database.read() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", places).all()
    database.close()

    (search,) = [row[3] for row in plan if "SEARCH" in row[3]]
    assert f"{index} " in search
    assert not [row[3] for row in plan if "FOR ORDER BY" in row[3]]
    assert search.count("=?") == columns


def test_an_append_walks_no_table(path: Path) -> None:
    stores = opened(path)
    stores.log.append(a_draft("d-1"), Idempotency("ci", "k-1", Digest.of(b"request")))
    stores.close()
    statements: list[str] = []
    database = sqlite_store.open_database(path)
    with database.write() as connection:
        driver = connection.connection.driver_connection
        assert driver
        driver.set_trace_callback(statements.append)
        work = Work(a_draft("d-2"), Idempotency("ci", "k-2", Digest.of(b"request")))
        appending.append(connection, [work], NAME, 0)
        driver.set_trace_callback(None)
        plans = [
            row[3]
            for statement in statements
            if statement.startswith("SELECT")
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")
        ]
    database.close()

    assert plans
    assert [plan for plan in plans if "SCAN" in plan] == []
    assert [plan for plan in plans if plan.endswith("(log=?)") and "head" not in plan] == []


def test_a_head_that_is_of_no_tree_is_told_as_such(path: Path) -> None:
    stores = opened(path)
    stores.log.append(a_draft("d-1"))
    stores.close()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE head SET size = 3")
    database.close()

    with pytest.raises(StoreError, match="the head of the log is damaged"):
        opened(path)
