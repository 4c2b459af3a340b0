"""Every store that there is: the contract holds for the fake and the real alike."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.adapters.stores.opening import Stores, open_postgres, open_sqlite
from tests.fakes.stores import SetClock, in_memory_stores
from tests.plugins.real_postgresql import MIGRATED
from tests.services.postgresql import Server

NAME = "gate.test/log"


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def stores(request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock) -> Iterator[Stores]:
    if request.param == "memory":
        opened = in_memory_stores(clock, NAME)
    elif request.param == "sqlite":
        opened = open_sqlite(tmp_path / "gate.db", NAME, clock)
    else:
        server: Server = request.getfixturevalue("postgresql")
        url = server.make_database(f"contract-{uuid.uuid4()}", MIGRATED)
        opened = open_postgres(url, NAME, clock, tmp_path / "log.key")
    yield opened
    opened.close()
