"""Whoever owns the database changes what was recorded: the gate's own answers give it away.

Each attack is made in SQL on a copy of a log, past triggers and past what the gate remembers; then
a gate is served on that copy, and a stranger verifies it by URL, and by the bundle that it exports.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Connection, create_engine, text

from app.adapters.stores.log import signing
from app.adapters.stores.opening import Stores, open_postgres, open_sqlite
from app.domain.caller import EVERYWHERE, Role
from app.domain.canonical import canonical_json
from app.domain.log import merkle
from app.factory import build
from app.gate.issue_token import TokenRequest, issue_token
from app.settings import Settings
from tests.audits.conftest import SIZE, Audited, fill
from tests.fakes.stores import SetClock
from tests.plugins.real_postgresql import MIGRATED
from tests.services.loopback import served
from tests.services.postgresql import Server
from tests.worlds import a_world

NAME = "gate.test/log"
CUT = 200
"""Entries that are left of a log that was cut short."""
KINDS = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Place:
    """Where a log lies: the folder of its key and its file, and its database on PostgreSQL."""

    folder: Path
    server: Server | None = None
    database: str = ""

    @property
    def stores(self) -> Stores:
        """Open it, as a gate does."""
        if self.server is None:
            return open_sqlite(self.folder / "gate.db", NAME, SetClock())
        url = self.server.url(self.database)
        return open_postgres(url, NAME, SetClock(), self.folder / "log.key")

    def copied(self, folder: Path) -> Place:
        """Copy it whole: nobody has it open."""
        shutil.copytree(self.folder, folder)
        if self.server is None:
            return Place(folder)
        name = f"copy-{uuid.uuid4()}"
        self.server.make_database(name, self.database)
        return Place(folder, self.server, name)

    @contextmanager
    def owned(self) -> Iterator[Connection]:
        """Let its owner in, whom no trigger stops."""
        if self.server is None:
            engine = create_engine(f"sqlite:///{self.folder / 'gate.db'}")
        else:
            url = self.server.url(self.database)
            engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:
            if self.server is None:
                triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
                for name in connection.execute(text(triggers)).scalars().all():
                    connection.execute(text(f"DROP TRIGGER {name}"))
            else:
                connection.execute(text("SET session_replication_role = replica"))
            yield connection
        engine.dispose()

    def forget(self) -> None:
        """Take the memory of what was signed last away."""
        (self.folder / "log.signed").unlink()


@dataclass(frozen=True)
class Whole:
    """A log that nobody touched, with what its auditor kept of it."""

    place: Place
    token: str
    operator: str
    key: str
    checkpoint: str


def body_of(connection: Connection, seq: int) -> bytes:
    query = text("SELECT body FROM entry WHERE seq = :seq")
    return bytes(connection.execute(query, {"seq": seq}).scalar_one())


def write(connection: Connection, seq: int, body: bytes) -> None:
    statement = text("UPDATE entry SET body = :body, leaf = :leaf WHERE seq = :seq")
    connection.execute(statement, {"seq": seq, "body": body, "leaf": merkle.leaf_hash(body)})


def edit(place: Place) -> None:
    with place.owned() as connection:
        body = {**json.loads(body_of(connection, 7)), "outcome": "allow"}
        write(connection, 7, canonical_json(body))


def edit_with_the_tree(place: Place) -> None:
    edit(place)
    with place.owned() as connection:
        leaves = connection.execute(text("SELECT leaf FROM entry ORDER BY seq")).scalars().all()
        tile = [bytes(leaf) for leaf in leaves[: merkle.TILE_WIDTH]]
        values = {"hashes": b"".join(tile), "root": merkle.fold(tile)}
        connection.execute(text("UPDATE tile SET hashes = :hashes, root = :root"), values)
        frontier = merkle.grow(merkle.EMPTY, map(bytes, leaves)).frontier
        statement = text("UPDATE head SET frontier = :frontier")
        connection.execute(statement, {"frontier": frontier.packed()})
        connection.execute(text("DELETE FROM checkpoint"))
    place.forget()


def delete(place: Place) -> None:
    with place.owned() as connection:
        connection.execute(text("DELETE FROM entry WHERE seq = 7"))


def delete_and_close_the_gap(place: Place) -> None:
    delete(place)
    with place.owned() as connection:
        move(connection, 8, SIZE, -1)


def insert(place: Place) -> None:
    with place.owned() as connection:
        move(connection, 7, SIZE, 1)
        made = {**json.loads(body_of(connection, 8)), "decision_id": "planted", "seq": 7}
        copy = "INSERT INTO entry SELECT log, 7, id, kind, at, actor, release_digest, model,"
        copy += " version, stage, outcome, policy, leaf, body FROM entry WHERE seq = 8"
        connection.execute(text(copy))
        write(connection, 7, canonical_json(made))


def move(connection: Connection, low: int, high: int, by: int) -> None:
    """Move entries along: far away first, where no place is taken."""
    for lowest, highest, way in ((low, high, 1000 + by), (low + 1000 + by, high + 2000, -1000)):
        statement = "UPDATE entry SET seq = seq + :way WHERE seq >= :low AND seq < :high"
        connection.execute(text(statement), {"way": way, "low": lowest, "high": highest})


def reorder(place: Place) -> None:
    with place.owned() as connection:
        first, second = body_of(connection, 7), body_of(connection, 8)
        write(connection, 7, second)
        write(connection, 8, first)


def truncate(place: Place) -> None:
    with place.owned() as connection:
        for table in ("entry", "identifier", "reason", "move"):
            connection.execute(text(f"DELETE FROM {table} WHERE seq >= {CUT}"))  # noqa: S608 - ours
        connection.execute(text("DELETE FROM tile"))
        connection.execute(text(f"DELETE FROM checkpoint WHERE size > {CUT}"))  # noqa: S608 - ours
        leaves = connection.execute(text("SELECT leaf FROM entry ORDER BY seq")).scalars()
        frontier = merkle.grow(merkle.EMPTY, map(bytes, leaves)).frontier
        statement = text("UPDATE head SET size = :size, frontier = :frontier")
        connection.execute(statement, {"size": CUT, "frontier": frontier.packed()})
    place.forget()


def fork(place: Place) -> None:
    truncate(place)
    stores = place.stores
    clock = SetClock()
    fill(stores, clock, SIZE, SIZE + 150)
    stores.close()


def sign_with_another_key(place: Place) -> None:
    with place.owned() as connection:
        connection.execute(text("DELETE FROM checkpoint"))
    place.forget()
    (place.folder / "log.key").unlink()
    signing.signer(place.folder / "log.key", NAME, may_make=True)


ATTACKS: dict[Callable[[Place], None], str] = {
    edit: "entry_edited: entry 7 is not what was signed",
    edit_with_the_tree: "history_forked: the first 300 entries are not those that were signed",
    delete: "entry_missing: entry 7 is missing from the log (as the gate says)",
    delete_and_close_the_gap: "entry_moved: entry 8 stands where entry 7 belongs",
    insert: "entry_edited: entry 7 is not what was signed",
    reorder: "entry_moved: entry 8 stands where entry 7 belongs",
    truncate: "log_shrunk: 300 entries were signed before, and only 200 are now",
    fork: "history_forked: the first 300 entries are not those that were signed",
    sign_with_another_key: "checkpoint_forged: no signature",
}

UNEXPORTABLE: dict[Callable[[Place], None], str] = {
    delete: "entry 7 is missing from the log",
    delete_and_close_the_gap: "entry 299 is missing from the log",
}
"""A gate that has lost an entry gives no bundle, and says which."""


@pytest.fixture(scope="module", params=KINDS)
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    place = Place(tmp_path_factory.mktemp(f"whole-{request.param}"))
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgresql")
        name = f"whole-{uuid.uuid4()}"
        server.make_database(name, MIGRATED)
        place = Place(place.folder, server, name)
    stores, new_id = place.stores, a_world().ports.new_id
    expires_at = SetClock().now().replace(year=2027)

    def issued(role: Role) -> str:
        asked = TokenRequest(f"{role}@acme.example", frozenset({role}), EVERYWHERE, expires_at)
        return issue_token(asked, "test", stores.tokens, new_id, lambda: "s" * 43).token

    auditor, operator = issued(Role.AUDITOR), issued(Role.OPERATOR)
    fill(stores, SetClock(), 2, SIZE)
    made = Whole(place, auditor, operator, stores.log.key, stores.log.checkpoint())
    stores.close()
    return made


@contextmanager
def audited_copy(whole: Whole, folder: Path, attack: Callable[[Place], None]) -> Iterator[Audited]:
    """Serve a gate on a copy that was attacked."""
    place = whole.place.copied(folder / "copy")
    attack(place)
    world = a_world()
    stores = place.stores
    ports = replace(world.ports, log=stores.log, documents=stores.documents, tokens=stores.tokens)
    settings = Settings.from_environment({"COUNTERSIGN_DATA_DIR": str(place.folder)})
    with served(build(ports, settings, CollectorRegistry())) as url:
        yield Audited(
            url, whole.token, whole.operator, whole.key, stores, world.clock, place.folder
        )
    stores.close()


def nothing(_: Place) -> None:
    """Leave it as it is."""


def told(audited: Audited, whole: Whole, source: str, folder: Path) -> tuple[int, str]:
    kept = folder / "kept.checkpoint"
    kept.write_text(whole.checkpoint)
    run = audited.run("verify", source, "--key", whole.key, "--checkpoint", str(kept))
    return run.exit_code, run.output


def test_what_the_gate_says_is_lost_is_told_beside_what_is_missing(
    whole: Whole, tmp_path: Path
) -> None:
    with audited_copy(whole, tmp_path, delete) as audited:
        code, said = told(audited, whole, audited.url, tmp_path)

    assert (code, "entry 7 is missing from the log (as the gate says)" in said) == (1, True)
    assert "entry_missing: entry 8 is missing\n" in said
    assert "and 206 findings more" in said


def test_a_copy_that_nobody_touched_is_whole(whole: Whole, tmp_path: Path) -> None:
    with audited_copy(whole, tmp_path, nothing) as audited:
        code, said = told(audited, whole, audited.url, tmp_path)

    assert (code, "whole: 300 entries" in said) == (0, True)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_what_was_done_in_the_store_is_named(
    whole: Whole, tmp_path: Path, attack: Callable[[Place], None]
) -> None:
    with audited_copy(whole, tmp_path, attack) as audited:
        ask = partial(told, audited, whole, folder=tmp_path)
        by_url = ask(audited.url)
        bundle = tmp_path / "log.zip"
        exported = audited.run("export", "--format", "bundle", "--file", str(bundle))
        by_bundle = ask(str(bundle)) if exported.exit_code == 0 else None

    assert (by_url[0], ATTACKS[attack] in by_url[1]) == (1, True)
    if attack in UNEXPORTABLE:
        assert (exported.exit_code, UNEXPORTABLE[attack] in exported.output) == (3, True)
    else:
        assert by_bundle is not None
        assert (by_bundle[0], ATTACKS[attack] in by_bundle[1]) == (1, True)
