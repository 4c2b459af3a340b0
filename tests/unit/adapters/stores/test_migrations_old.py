"""A log that was begun at the first revision is whole, found and taken up at the newest."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection

from app.adapters.stores import migrations, postgres
from app.adapters.stores.opening import Stores, open_postgres, open_sqlite
from app.domain.entry import Draft, Entry, Kind, Move, Personal
from app.domain.log import note, question, receipt, trust
from tests.contracts.stores.test_log import RELEASE, a_draft
from tests.fakes.stores import SetClock
from tests.services.postgresql import Server

SIZE = 260
SAID = {"code": "a.b", "message": "it lacks a licence"}
BODY = {
    "outcome": "deny",
    "policy": {"revision": "p-1"},
    "reasons": [SAID],
    "release": {"model": {"namespace": "acme", "name": "credit", "version": "1.2.0"}},
}
Open = Callable[[], Stores]


def migrated_nowhere(_: Connection) -> None:
    """Take what is there."""


@pytest.fixture(params=["sqlite", "postgresql"])
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    if request.param == "sqlite":
        return lambda: open_sqlite(tmp_path / "gate.db", "gate.test/log", SetClock())
    server: Server = request.getfixturevalue("postgresql")
    url = server.make_database(f"migrating-{uuid.uuid4()}")

    def opened() -> Stores:
        postgres.migrate(url)
        return open_postgres(url, "gate.test/log", SetClock(), tmp_path / "log.key")

    return opened


@pytest.fixture
def old(opening: Open) -> list[Entry]:
    """What was recorded at the first revision."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrations, "upgrade", partial(migrations.upgrade, revision="0001"))
        patch.setattr(migrations, "refuse_old", migrated_nowhere)
        stores = opening()
        made = [stores.log.append(a_draft("d-0", body=BODY, outcome="deny"))]
        drafts = (Draft(f"t-{n}", Kind.TOKEN_CREATED, "op", {}) for n in range(SIZE))
        made += [stores.log.append(draft) for draft in drafts]
        stores.log.checkpoint()
        stores.close()
    return made


QUESTIONS = (
    f"digest:{RELEASE}",
    "reason:a.b",
    "reason:a.*",
    "version:1.2.0",
    "actor:ci@example.com",
    "model:acme/credit",
    "policy:p-1",
    "stage:production",
    "outcome:deny",
    "kind:decision",
    "licence",
)


def test_an_old_log_is_sound_whole_found_and_goes_on(opening: Open, old: list[Entry]) -> None:
    stores = opening()
    trusted = trust.of_key(note.parse_key(stores.log.key))

    assert stores.log.find("d-0", Kind.DECISION) == old[0]
    for line in QUESTIONS:
        assert list(stores.log.search(question.parse(line), None, 50).entries) == [old[0]], line
    moved = Draft("v-1", Kind.VERSION_REGISTERED, "ci", {}, moves=(Move("version:a/b:1", None),))
    assert stores.log.append(moved).seq == SIZE + 1
    said = (Personal("comment", "fine", "chance"),)
    assert stores.log.append(Draft("a-1", Kind.APPROVAL, "ann", {}, personal=said)).seq == SIZE + 2
    assert list(stores.check()) == []
    receipt.verify(stores.log.receipt(0), old[0].body, trusted)
    stores.close()
