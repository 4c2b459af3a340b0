"""Every store that there is: the contract holds for the fake and the real alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.adapters.stores.opening import Stores, open_sqlite
from tests.fakes.stores import SetClock, in_memory_stores


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(params=["memory", "sqlite"])
def stores(request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock) -> Iterator[Stores]:
    if request.param == "memory":
        opened = in_memory_stores(clock)
    else:
        opened = open_sqlite(tmp_path / "gate.db", "gate.test/log", clock)
    yield opened
    opened.close()
