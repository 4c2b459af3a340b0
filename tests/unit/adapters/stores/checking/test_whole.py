"""The tamper table of the database itself: each change is planted on a copy, and found."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from app.adapters.stores.log import writer
from app.adapters.stores.opening import Stores, open_sqlite
from app.domain.digest import Digest
from app.domain.entry import Draft, Idempotency, Kind, Move, Personal
from app.domain.errors import StoreError
from tests.fakes.stores import SetClock


def opened(path: Path) -> Stores:
    return open_sqlite(path, "gate.test/log", SetClock())


SIZE = 260
SAID = Personal("comment", "fine", "chance")


def a_draft(n: int) -> Draft:
    """A denial that moves a place and comes with a personal text."""
    body = {
        "n": n,
        "policy": {"revision": "p"},
        "release": {"model": {"version": "1"}},
        "reasons": [{"code": "a.b"}],
    }
    release = Digest.of(b"release")
    moves = (Move(f"version:a/b:{n}", None),)
    personal = (SAID,)
    return Draft(
        f"d-{n}",
        Kind.DECISION,
        "ci",
        body,
        release,
        "a/b",
        "production",
        "deny",
        documents=((Digest.of(b"x"), b"x"),),
        moves=moves,
        personal=personal,
    )


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed store, without the triggers: as its owner can make it."""
    folder = tmp_path_factory.mktemp("template")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "PUBLISH_SECONDS", 1e9)  # a checkpoint of the first, and of all
        stores = opened(folder / "gate.db")
        for n in range(SIZE):
            key = Idempotency("ci", f"k-{n}", Digest.of(b"request"))
            stores.log.append(a_draft(n), key)
        stores.log.append(Draft("e-1", Kind.PERSONAL_ERASED, "op", {}, erases=0))
        stores.close()
    connection = sqlite3.connect(folder / "gate.db")
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
        connection.execute(f"DROP TRIGGER {name}")
    connection.close()
    return folder


@pytest.fixture
def path(template: Path, tmp_path: Path) -> Path:
    return shutil.copytree(template, tmp_path / "copy") / "gate.db"


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
        f"the checkpoint of size {SIZE + 1} was signed over other entries",
        "the head of the tree is not that of the entries",
        "tile 0 of level 0 is not that of the entries from 0 on",
    ]


def test_a_deleted_entry_is_named(path: Path) -> None:
    faults = faults_after(path, "DELETE FROM entry WHERE seq = 4")

    assert faults[0] == "entry 4 is missing"
    assert "the head of the tree is not that of the entries" in faults


def test_a_log_with_a_deleted_entry_takes_nothing_more(path: Path) -> None:
    faults_after(path, "DELETE FROM entry WHERE seq = 257")
    stores = opened(path)

    with pytest.raises(StoreError, match="frozen"):
        stores.log.append(Draft("d-10", Kind.DECISION, "ci", {}))
    stores.close()


WORDS = "a b 1"
"""The words of each denial of the template."""
FTS5_DELETE = "INSERT INTO words (words, rowid, text) VALUES ('delete', {}, '{}')"
OF_WORDS = {
    "a row lost": (FTS5_DELETE.format(4, WORDS), ["entry 4: the table words lacks '1 a b'"]),
    "a word lost": (FTS5_DELETE.format(4, "b"), ["entry 4: the table words lacks 'b'"]),
    "a word too many": (
        "INSERT INTO words (rowid, text) VALUES (4, 'licence')",
        ["entry 4: the table words has 'licence', which it does not say"],
    ),
    "a word of another entry": (
        f"INSERT INTO words (rowid, text) VALUES ({SIZE}, 'a')",  # noqa: S608 - tampers
        [f"entry {SIZE}: the table words has 'a', which it does not say"],
    ),
    "a row of no entry": (
        "INSERT INTO words (rowid, text) VALUES (9999, 'a')",
        ["the table words has rows of entries that are not in the log"],
    ),
    "a row of another log": (
        f"INSERT INTO words (rowid, text) VALUES ({1 << 48 | 4}, 'a')",  # noqa: S608 - tampers
        ["the table words has rows of entries that are not in the log"],
    ),
    "the index gone": (
        "DROP TABLE words",
        ["the table words cannot be read: no such table: main.words"],
    ),
}


@pytest.mark.parametrize("name", OF_WORDS)
def test_the_index_of_words_is_held_against_the_entries(path: Path, name: str) -> None:
    change, told = OF_WORDS[name]

    assert faults_after(path, change) == told


def test_a_word_that_was_changed_is_named_as_both(path: Path) -> None:
    faults_after(path, FTS5_DELETE.format(4, WORDS))

    assert faults_after(path, "INSERT INTO words (rowid, text) VALUES (4, 'a c 1')") == [
        "entry 4: the table words lacks 'b'",
        "entry 4: the table words has 'c', which it does not say",
    ]


def test_an_index_of_words_that_is_damaged_is_named(path: Path) -> None:
    (told,) = faults_after(path, "UPDATE words_data SET block = x'00' WHERE id > 10")

    assert told.startswith("the table words cannot be read: ")


BESIDE = {
    "DELETE FROM reason WHERE seq = 4": "entry 4: the table reason lacks 'a.b'",
    "INSERT INTO reason VALUES (0, 'x.y', 4)": (
        "entry 4: the table reason has 'x.y', which it does not say"
    ),
    "DELETE FROM move WHERE seq = 4": "entry 4: the table move lacks 'version:a/b:4'",
    "UPDATE move SET place = 'stage:a/b:production' WHERE seq = 4": (
        "entry 4: the table move has 'stage:a/b:production', which it does not say"
    ),
    "DELETE FROM identifier WHERE seq = 4": ("entry 4: the table identifier lacks 'decision d-4'"),
    "UPDATE personal SET text = 'bad' WHERE seq = 4": (
        "entry 4: its text 'comment' is not the one it commits to"
    ),
    "DELETE FROM personal WHERE seq = 4": (
        "entry 4: personal texts are gone, and no erasure says so: ['comment']"
    ),
    "INSERT INTO personal VALUES (0, 0, 'comment', 'chance', 'more')": (
        "entry 0: its text 'comment' is not the one it commits to"
    ),
    "INSERT INTO idempotency VALUES (0, 'ci', 'k-999', 'x', 999)": (
        "the table idempotency has rows of entries that are not in the log"
    ),
    "UPDATE tile SET root = zeroblob(32)": "tile 0 of level 0 is not that of the entries from 0 on",
    "DELETE FROM tile": "tile 0 of level 0 is not that of the entries from 0 on",
    "UPDATE document SET content = x'00'": f"document {Digest.of(b'x')} is damaged",
    "UPDATE checkpoint SET size = 9 WHERE size > 200": (
        "the checkpoint of size 9 is of another log than the one here"
    ),
    "UPDATE checkpoint SET signed = 'x'": f"the checkpoint of size {SIZE + 1}: not a signed note",
}


@pytest.mark.parametrize("change", BESIDE)
def test_what_stands_beside_the_entries_is_held_against_them(path: Path, change: str) -> None:
    assert BESIDE[change] in faults_after(path, change)


def test_a_body_that_cannot_be_read_is_named(path: Path) -> None:
    faults = faults_after(path, "UPDATE entry SET body = x'00' WHERE seq = 4")

    assert "entry 4: its body cannot be read" in faults
