from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from app.adapters.stores import postgres
from app.adapters.stores.opening import Stores, open_postgres
from app.domain.digest import Digest
from app.domain.entry import Draft, Idempotency, Kind
from app.domain.errors import StoreError
from app.domain.log import merkle, note, trust
from app.domain.log.question import Question
from tests.fakes.stores import SetClock
from tests.plugins.real_postgresql import MIGRATED
from tests.services.postgresql import Server

NAME = "gate.test/log"


@pytest.fixture
def name(postgresql: Server) -> str:
    """A migrated database of its own."""
    name = f"postgres-{uuid.uuid4()}"
    postgresql.make_database(name, MIGRATED)
    return name


@pytest.fixture
def replicas(postgresql: Server, name: str, tmp_path: Path) -> Iterator[tuple[Stores, Stores]]:
    """Two gates on one log, with one key and a memory each."""
    first = open_postgres(postgresql.url(name), NAME, SetClock(), tmp_path / "log.key")
    (tmp_path / "second").mkdir()
    key = tmp_path / "second" / "log.key"
    key.write_bytes((tmp_path / "log.key").read_bytes())
    key.chmod(0o600)
    second = open_postgres(postgresql.url(name), NAME, SetClock(), key)
    yield first, second
    first.close()
    second.close()


@pytest.fixture(scope="module")
def filled(postgresql: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A database with rows in every table of the log, and the role of a gate in it."""
    name, role = f"filled-{uuid.uuid4()}", f"gate_{uuid.uuid4().hex}"
    url = postgresql.make_database(name, MIGRATED)
    stores = open_postgres(url, NAME, SetClock(), tmp_path_factory.mktemp("filled") / "log.key")
    document = (Digest.of(b"x"), b"x")
    with ThreadPoolExecutor(16) as pool:
        for n in range(257):
            draft = Draft(f"d-{n}", Kind.DECISION, "ci", {}, documents=(document,))
            pool.submit(stores.log.append, draft, Idempotency("ci", f"k-{n}", Digest.of(b"r")))
    stores.log.checkpoint()
    stores.close()
    with psycopg.connect(url) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN".encode())
    postgres.migrate(url, role)
    return name, role


def a_draft(entry_id: str) -> Draft:
    return Draft(entry_id, Kind.DECISION, "ci", {"decision_id": entry_id})


def test_two_gates_append_to_one_log_without_gap(replicas: tuple[Stores, Stores]) -> None:
    def append(n: int) -> int:
        return replicas[n % 2].log.append(a_draft(f"d-{n}")).seq

    with ThreadPoolExecutor(16) as pool:
        places = list(pool.map(append, range(200)))

    assert sorted(places) == list(range(200))
    bodies = [entry.body for entry in replicas[0].log.scan(Question(), 0, 200, 200)]
    root = merkle.grow(merkle.EMPTY, map(merkle.leaf_hash, bodies)).frontier.root
    for stores in replicas:
        policy = trust.of_key(note.parse_key(stores.log.key))
        assert policy.believe(stores.log.checkpoint()).root == root


def test_one_key_at_two_gates_makes_one_entry(replicas: tuple[Stores, Stores]) -> None:
    key = Idempotency("ci", "k", Digest.of(b"request"))

    def append(n: int) -> int:
        return replicas[n % 2].log.append(a_draft(f"d-{n}"), key).seq

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(append, range(32))) == {0}


def test_a_tree_that_another_gate_let_grow_is_signed_by_both(
    replicas: tuple[Stores, Stores],
) -> None:
    first, second = replicas
    for n in range(5):
        first.log.append(a_draft(f"d-{n}"))
        second.log.checkpoint()
        second.log.append(a_draft(f"e-{n}"))
        first.log.checkpoint()

    assert first.log.checkpoint() == second.log.checkpoint()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET actor = 'eve'",
        "UPDATE entry SET body = NULL",
        "DELETE FROM entry",
        "TRUNCATE entry",
        "DELETE FROM idempotency",
        "UPDATE tile SET root = ''",
        "UPDATE document SET content = ''",
        "DELETE FROM checkpoint",
        "ALTER TABLE entry DISABLE TRIGGER ALL",
        "DROP TABLE entry",
    ],
)
def test_neither_the_gates_role_nor_the_owner_changes_the_log(
    postgresql: Server, filled: tuple[str, str], statement: str
) -> None:
    name, role = filled

    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        psycopg.connect(postgresql.url(name, role)) as connection,
    ):
        connection.execute(statement.encode())
    if not statement.startswith(("ALTER", "DROP")):  # which are the owner's right
        with (
            pytest.raises(psycopg.errors.IntegrityConstraintViolation),
            psycopg.connect(postgresql.url(name)) as connection,
        ):
            connection.execute(statement.encode())


def test_the_gates_role_is_all_that_a_gate_needs(
    postgresql: Server, name: str, tmp_path: Path
) -> None:
    role = f"gate_{uuid.uuid4().hex}"
    with psycopg.connect(postgresql.url(name)) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN".encode())
    postgres.migrate(postgresql.url(name), role)
    stores = open_postgres(postgresql.url(name, role), NAME, SetClock(), tmp_path / "log.key")

    stores.log.append(a_draft("d-0"))
    stores.log.checkpoint()
    stores.log.ping()
    assert stores.documents.put(Digest.of(b"x"), b"x")
    stores.close()


def test_a_database_that_was_not_migrated_is_refused(postgresql: Server, tmp_path: Path) -> None:
    url = postgresql.make_database(f"empty-{uuid.uuid4()}")

    with pytest.raises(StoreError, match="store migrate"):
        open_postgres(url, NAME, SetClock(), tmp_path / "log.key")


def test_a_server_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        open_postgres("postgresql://nobody@127.0.0.1:1/x", NAME, SetClock(), tmp_path / "log.key")


def test_a_server_that_would_lose_commits_is_refused(
    postgresql: Server, name: str, tmp_path: Path
) -> None:
    with psycopg.connect(postgresql.url("postgres"), autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off'.encode())

    with pytest.raises(StoreError, match="synchronous_commit"):
        open_postgres(postgresql.url(name), NAME, SetClock(), tmp_path / "log.key")
