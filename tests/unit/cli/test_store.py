from __future__ import annotations

import json
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

from click.testing import CliRunner

from app.bootstrap import storage
from app.cli.store import store
from app.domain.entry import Draft, Kind
from app.settings import Settings
from tests.services.postgresql import Server


def test_a_gate_runs_on_a_database_that_was_migrated(postgresql: Server, tmp_path: Path) -> None:
    url = postgresql.make_database(f"cli-{uuid.uuid4()}")
    told = CliRunner().invoke(store, ["migrate", "--url", url])
    given = {
        "COUNTERSIGN_DATABASE_URL": url,
        "COUNTERSIGN_LOG_NAME": "gate.test/log",
        "COUNTERSIGN_DATA_DIR": str(tmp_path),
    }

    assert (told.exit_code, told.output) == (0, "migrated\n")
    with storage.opened_stores(Settings.from_environment(given)) as stores:
        assert stores.log.append(Draft("d-1", Kind.DECISION, "ci", {})).log == "gate.test/log"


def test_a_database_that_is_not_there_is_said_to_be_so() -> None:
    told = CliRunner().invoke(store, ["migrate", "--url", "postgresql://nobody@127.0.0.1:1/none"])

    assert told.exit_code == 3
    assert "cannot be migrated" in told.stderr


def test_a_sound_store_is_found_sound(tmp_path: Path) -> None:
    environment = {"COUNTERSIGN_DATA_DIR": str(tmp_path)}
    with storage.opened_stores(Settings.from_environment(environment)) as stores:
        stores.log.append(Draft("d-1", Kind.DECISION, "ci", {}))
    told = CliRunner(env=environment).invoke(store, ["check"])

    assert (told.exit_code, told.output) == (0, "sound\n")


def test_a_log_that_is_not_frozen_is_left_alone_and_one_that_is_says_so(tmp_path: Path) -> None:
    environment = {"COUNTERSIGN_DATA_DIR": str(tmp_path)}
    with storage.opened_stores(Settings.from_environment(environment)) as stores:
        stores.log.append(Draft("d-1", Kind.DECISION, "ci", {}))
    unfreeze = ("unfreeze", "--reason", "ticket 1")
    quiet = CliRunner(env=environment).invoke(store, unfreeze)
    (kept,) = tmp_path.glob("*.db")
    with closing(sqlite3.connect(kept)) as connection:
        connection.execute("UPDATE head SET frozen = 'by mistake'")
        connection.commit()
    told = CliRunner(env=environment).invoke(store, unfreeze)

    assert (quiet.exit_code, quiet.output) == (0, "the log is not frozen\n")
    again = "the log takes entries again: recorded as entry 1; it was frozen: by mistake\n"
    assert (told.exit_code, told.output) == (0, again)


def test_what_is_wrong_with_a_store_is_told_as_json(tmp_path: Path) -> None:
    environment = {"COUNTERSIGN_DATA_DIR": str(tmp_path)}
    with storage.opened_stores(Settings.from_environment(environment)) as stores:
        stores.log.append(Draft("d-1", Kind.DECISION, "ci", {}))
    (kept,) = tmp_path.glob("*.db")
    with closing(sqlite3.connect(kept)) as connection:
        connection.execute("DROP TABLE words")
    told = CliRunner(env=environment).invoke(store, ["check", "--output", "json"])

    assert told.exit_code == 1
    assert json.loads(told.stdout) == {
        "is_sound": False,
        "faults": ["the table words cannot be read: no such fts5 table: main.words"],
    }
