"""The words by which PostgreSQL finds entries are held against the entries."""

from __future__ import annotations

import uuid
from pathlib import Path

import psycopg
import pytest

from app.adapters.stores.opening import open_postgres
from tests.contracts.stores.test_log import a_draft
from tests.fakes.stores import SetClock
from tests.plugins.real_postgresql import MIGRATED
from tests.services.postgresql import Server

CHANGES = {
    "SELECT 1": [],
    "DELETE FROM words": ["entry 0: the table words lacks 'acme b m said'"],
    "UPDATE words SET text = '''acme'' ''b'' ''m'''": [
        "entry 0: the table words lacks 'acme b m said'",
        "entry 0: the table words has 'acme b m', which it does not say",
    ],
    "INSERT INTO words VALUES (0, 9, '''acme''')": [
        "the table words has rows of entries that are not in the log"
    ],
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_row_of_words_is_named(postgresql: Server, tmp_path: Path, change: str) -> None:
    url = postgresql.make_database(f"words-{uuid.uuid4()}", MIGRATED)
    stores = open_postgres(url, "gate.test/log", SetClock(), tmp_path / "log.key")
    model = {"namespace": "acme", "name": "m", "version": "b"}
    body = {"outcome": "deny", "message": "said", "release": {"model": model}}
    stores.log.append(a_draft("d-0", body=body))
    with psycopg.connect(url) as connection:
        connection.execute(change.encode())
    faults = list(stores.check())
    stores.close()

    assert faults == CHANGES[change]
