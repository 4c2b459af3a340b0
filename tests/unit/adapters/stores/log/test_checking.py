"""The tamper table of the database itself: each change is planted on a copy, and found."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from app.adapters.stores.opening import Stores, open_sqlite
from app.domain.digest import Digest
from app.domain.entry import Draft, Kind
from app.domain.errors import StoreError
from tests.fakes.stores import SetClock


def opened(path: Path) -> Stores:
    return open_sqlite(path, "gate.test/log", SetClock())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A closed store of ten decisions, without the triggers: as its owner can make it."""
    stores = opened(tmp_path / "gate.db")
    for n in range(10):
        body = {"n": n, "policy": {"revision": "p"}, "release": {"model": {"version": "1"}}}
        release = Digest.of(b"release")
        draft = Draft(f"d-{n}", Kind.DECISION, "ci", body, release, "a/b", "production", "deny")
        stores.log.append(draft)
    stores.close()
    connection = sqlite3.connect(tmp_path / "gate.db")
    for verb in ("update", "delete"):
        connection.execute(f"DROP TRIGGER entry_no_{verb}")
    connection.close()
    return tmp_path / "gate.db"


def faults_after(path: Path, statement: str) -> list[str]:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()
    stores = opened(path)
    faults = list(stores.check())
    stores.close()
    return faults


def test_a_store_that_nobody_touched_is_sound(path: Path) -> None:
    assert faults_after(path, "SELECT 1") == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("outcome", "allow"),
        ("stage", "staging"),
        ("model", "a/c"),
        ("release_digest", "0" * 64),
        ("actor", "eve"),
        ("id", "d-99"),
        ("kind", "approval"),
        ("version", "2"),
        ("policy", "q"),
    ],
)
def test_a_flipped_column_is_named(path: Path, column: str, value: str) -> None:
    change = f"UPDATE entry SET {column} = '{value}' WHERE seq = 4"  # noqa: S608 - tampers

    faults = faults_after(path, change)

    assert faults == [f"entry 4: its column {column} is not what its body says"]


def test_an_edited_body_is_named(path: Path) -> None:
    edit = "CAST(replace(CAST(body AS TEXT), '\"n\":4', '\"n\":5') AS BLOB)"
    change = f"UPDATE entry SET body = {edit} WHERE seq = 4"  # noqa: S608 - tampers

    faults = faults_after(path, change)

    assert faults == [
        "entry 4: its leaf is not that of its body",
        "the head of the tree is not that of the entries",
    ]


def test_a_deleted_entry_is_named(path: Path) -> None:
    faults = faults_after(path, "DELETE FROM entry WHERE seq = 4")

    assert faults == ["entry 4 is missing", "the head of the tree is not that of the entries"]


def test_a_log_with_a_deleted_entry_takes_nothing_more(path: Path) -> None:
    faults_after(path, "DELETE FROM entry WHERE seq = 9")
    stores = opened(path)

    with pytest.raises(StoreError, match="frozen"):
        stores.log.append(Draft("d-10", Kind.DECISION, "ci", {}))
    stores.close()


def test_a_body_that_cannot_be_read_is_named(path: Path) -> None:
    faults = faults_after(path, "UPDATE entry SET body = x'00' WHERE seq = 4")

    assert "entry 4: its body cannot be read" in faults
