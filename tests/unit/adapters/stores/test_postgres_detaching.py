"""A gate whose role may not let go of bodies says so, and goes on with everything else."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from app.adapters.stores import postgres
from app.adapters.stores.opening import Stores, open_postgres
from app.domain.entry import Draft, Entry, Kind
from app.domain.errors import StoreError
from app.domain.retention.archives import Detachment
from tests.contracts.stores.test_retention import KEPT, plain
from tests.fakes.stores import SetClock
from tests.plugins.real_postgresql import MIGRATED
from tests.services.postgresql import Server

ARCHIVED = Draft("a-1", Kind.LOG_ARCHIVED, "op", {}, detaches=Detachment(KEPT))


@pytest.fixture
def gate(postgresql: Server, tmp_path: Path) -> Iterator[tuple[Stores, str, str]]:
    """A gate with a whole tile of exports, the URL of its owner and its own role."""
    name, role = f"detaching-{uuid.uuid4()}", f"gate_{uuid.uuid4().hex}"
    url = postgresql.make_database(name, MIGRATED)
    with psycopg.connect(url) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN".encode())
    postgres.migrate(url, role)
    key = tmp_path / "log.key"
    stores = open_postgres(postgresql.url(name, role), "gate.test/log", SetClock(), key)
    with ThreadPoolExecutor(64) as pool:
        list(pool.map(stores.log.append, (plain(f"x-{n}") for n in range(256))))
    yield stores, url, role
    stores.close()


def test_without_the_right_nothing_is_let_go_of_and_the_batch_goes_on(
    gate: tuple[Stores, str, str],
) -> None:
    stores, _, _ = gate

    def append(draft: Draft) -> Entry | str:
        try:
            return stores.log.append(draft)
        except StoreError as error:
            return error.message

    drafts = [plain(f"y-{n}") for n in range(16)]
    with ThreadPoolExecutor(17) as pool:
        refused, *made = pool.map(append, [ARCHIVED, *drafts])

    assert isinstance(refused, str)
    assert "store migrate --role ROLE --may-detach" in refused
    assert sorted(entry.seq for entry in made if isinstance(entry, Entry)) == [*range(256, 272)]
    assert stores.log.archives() == []


def test_with_the_right_the_gate_lets_go_until_it_is_taken(
    gate: tuple[Stores, str, str],
) -> None:
    stores, url, role = gate
    postgres.migrate(url, role, may_detach=True)
    made = stores.log.append(ARCHIVED)

    (kept,) = stores.log.archives()
    assert (kept.seq, kept.left) == (made.seq, 256)
    postgres.migrate(url, role)
    with pytest.raises(StoreError, match="may not let go"):
        stores.log.append(plain("a-2", Kind.LOG_ARCHIVED, detaches=Detachment(KEPT)))
