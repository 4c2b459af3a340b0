"""A log whose oldest entries were archived: verified with the archive, and not without it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from app.adapters.stores.opening import Stores
from app.cli.client import Client, ClientError
from app.domain.entry import Draft, Kind, Personal
from app.domain.log import tile
from tests.audits.conftest import Audited, fill, members_of, serving, write_bundle
from tests.fakes.stores import SetClock

TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger'"


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Audited]:
    """A log of its own, which a test may archive."""

    def filled(stores: Stores, clock: SetClock) -> None:
        exports = [Draft(f"x-{n}", Kind.LOG_EXPORTED, "ann", {}) for n in range(2, 256)]
        with ThreadPoolExecutor(64) as pool:
            list(pool.map(stores.log.append, exports))
        fill(stores, clock, 256, 300)

    with serving(tmp_path, filled) as made:
        yield made


def archived(kept: Audited, *options: str) -> Path:
    folder = kept.folder / "archive"
    given = ("--before", "2027-01-01", "--key", kept.key, "--token", kept.operator, *options)
    told = kept.run("archive", str(folder), *given)
    assert told.exit_code == 0, told.output
    return folder / "0-256.zip"


def bundled(kept: Audited) -> Path:
    target = kept.folder / "log.zip"
    assert kept.run("export", "--format", "bundle", "--file", str(target)).exit_code == 0
    return target


def test_archive_and_live_log_are_verified_together_and_each_by_itself(kept: Audited) -> None:
    archive = archived(kept)
    live = bundled(kept)
    verify = ("--key", kept.key)

    both = kept.run("verify", str(live), "--archive", str(archive), *verify)
    assert (both.exit_code, both.stdout.split(",")[0]) == (0, "whole: 301 entries of gate.test/log")
    gate = kept.run("verify", kept.url, "--archive", str(archive), *verify)
    assert gate.exit_code == 0
    alone = kept.run("verify", str(archive), "--part", "0:256", *verify)
    assert "whole: entries 0 to 255 of the 300" in alone.stdout
    without = kept.run("verify", str(live), *verify)
    assert without.exit_code == 1
    assert "entry_missing: entry 0 is missing" in without.stdout
    wanted = "give it by --archive: 1 file of the log is in the archive "
    assert (without.stderr.count(wanted), str(archive) in without.stderr) == (1, True)


def test_an_archive_that_was_changed_is_found_with_the_entry(kept: Audited) -> None:
    archive = archived(kept)
    live = bundled(kept)
    members = members_of(archive)
    entries = tile.unbundle(members["tile/entries/000"])
    entries[77] = entries[77].replace(b'"actor":"ann"', b'"actor":"bob"')
    forged = {**members, "tile/entries/000": tile.bundle(entries)}
    changed = write_bundle(kept.folder / "changed.zip", forged)

    told = kept.run("verify", str(live), "--archive", str(changed), "--key", kept.key)
    assert told.exit_code == 1
    assert "entry_edited: entry 77 is not what was signed" in told.stdout
    assert told.stderr == ""


def test_a_time_that_is_none_is_told_by_its_option(kept: Audited) -> None:
    given = ("--before", "soon", "--key", kept.key, "--token", kept.operator)
    told = kept.run("archive", str(kept.folder / "archive"), *given)

    assert (told.exit_code, "--before 'soon': " in told.stderr) == (3, True)


def test_a_read_of_an_archived_entry_tells_where_it_is(kept: Audited) -> None:
    body = kept.run("show", "100").stdout_bytes
    archived(kept, "--location", "s3://bucket/log/")

    shown = kept.run("show", "100")
    assert shown.exit_code == 3
    assert "archived: entry 100 is in the archive" in shown.stderr
    assert "s3://bucket/log/0-256.zip" in shown.stderr
    page = json.loads(kept.run("list", "kind:log_exported", "--output", "json").stdout)
    assert page["entries"][-1]["archived"]["location"] == "s3://bucket/log/0-256.zip"
    assert page["total"] == 254
    proof, entry = kept.folder / "100.tlog-proof", kept.folder / "100.json"
    assert kept.run("proof", "100", "--file", str(proof)).exit_code == 0
    entry.write_bytes(body)
    told = kept.run("verify", str(proof), "--entry", str(entry), "--key", kept.key)
    assert told.exit_code == 0


def test_an_export_tells_of_archived_entries(kept: Audited) -> None:
    archived(kept)

    *lines, trailer = kept.run("export", "kind:log_exported").stdout.splitlines()
    told = json.loads(trailer)["export"]
    assert (told["count"], told["archived"]) == (254, 254)
    assert json.loads(lines[0])["archived"]["low"] == 0
    assert kept.run("export", "--format", "oscal").exit_code == 0
    assert "x-100" in kept.run("export", "kind:log_exported", "--format", "csv").stdout


def test_what_is_on_hold_stays_until_the_hold_is_released(kept: Audited) -> None:
    operator = ("--token", kept.operator)
    told = kept.run("hold", "--entries", "10", "20", "--reason", "matter 1", *operator)
    assert told.exit_code == 0
    hold_id = told.stdout.split()[1].rstrip(":")
    assert "matter 1" in kept.run("holds").stdout
    archived(kept)

    assert kept.run("show", "15").exit_code == 0
    assert kept.run("show", "25").exit_code == 3
    released = kept.run("release", hold_id, "--reason", "over", *operator)
    assert released.exit_code == 0
    assert "0 holds in force" in kept.run("holds").stdout
    assert kept.run("release", hold_id, "--reason", "over", *operator).exit_code == 3


def test_what_is_on_hold_keeps_its_personal_texts(kept: Audited) -> None:
    said = Personal("comment", "ask Ann", "chance")
    draft = Draft("a-1", Kind.APPROVAL, "ann", {}, model="acme/scorer", personal=(said,))
    made = kept.stores.log.append(draft)
    operator = ("--token", kept.operator)
    erase = ("erase", str(made.seq), "--reason", "request 7", "--yes", *operator)
    held = kept.run("hold", "--project", "acme", "--reason", "matter 1", *operator)
    other = kept.run("hold", "--project", "other", "--reason", "matter 2", *operator)
    assert other.exit_code == 0

    told = kept.run(*erase)
    assert (told.exit_code, "on_hold: entry" in told.stderr) == (3, True)
    hold_id = held.stdout.split()[1].rstrip(":")
    assert kept.run("release", hold_id, "--reason", "over", *operator).exit_code == 0
    assert kept.run(*erase).exit_code == 0


def test_nothing_is_let_go_of_that_was_not_read_back(kept: Audited) -> None:
    asked = {
        "low": 0,
        "high": 256,
        "archive_sha256": "ab" * 32,
        "entries_sha256": "cd" * 32,
        "location": "nowhere",
    }
    with pytest.raises(ClientError, match="not what the log holds: nothing was let go of"):
        Client(kept.url, kept.operator).post("/v1/log/archives", asked)
    for change in ({"low": 1}, {"high": 512}, {"high": 0}, {"low": 256, "high": 512}):
        with pytest.raises(ClientError):
            Client(kept.url, kept.operator).post("/v1/log/archives", {**asked, **change})

    assert kept.run("show", "100").exit_code == 0


def test_archiving_again_finds_nothing_and_an_auditor_cannot(kept: Audited) -> None:
    archived(kept)
    folder = str(kept.folder / "archive")
    given = ("archive", folder, "--before", "2027-01-01", "--key", kept.key)

    again = kept.run(*given, "--token", kept.operator)
    assert (again.exit_code, "nothing to archive" in again.stdout) == (0, True)
    assert kept.run("hold", "--all", "--reason", "x").exit_code == 3
    assert kept.run("hold", "--reason", "x", "--token", kept.operator).exit_code == 3


@pytest.mark.parametrize(
    ("place", "change"),
    [
        (1, "UPDATE entry SET body = CAST(replace(CAST(body AS TEXT), 'test', 'tset') AS BLOB)"),
        (77, "UPDATE entry SET actor = 'bob'"),
        (77, "UPDATE entry SET leaf = zeroblob(32)"),
        (77, """UPDATE entry SET body = CAST('{"archived":{},"seq":77}' AS BLOB)"""),
    ],
    ids=["a body that stayed", "who did what left", "the hash of what left", "a body that came"],
)
def test_what_a_gate_shows_beside_an_archive_is_held_against_the_tree(
    kept: Audited, place: int, change: str
) -> None:
    archive = archived(kept)
    with closing(sqlite3.connect(kept.folder / "gate.db")) as database, database:
        for (name,) in database.execute(TRIGGERS).fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute(f"{change} WHERE seq = ?", (place,))
    told = kept.run("verify", kept.url, "--archive", str(archive), "--key", kept.key)

    assert told.exit_code == 1
    assert f"entry_edited: entry {place} is not what was signed" in told.stdout
