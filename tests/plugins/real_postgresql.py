"""A real PostgreSQL, started by the tests that ask for it and stopped behind them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.adapters.stores import postgres
from tests.services.postgresql import Server

MIGRATED = "migrated"


@contextmanager
def running_server() -> Iterator[Server]:
    """Run a server with a migrated database to copy from."""
    folder = Path(tempfile.mkdtemp(prefix="countersign-pg-"))
    server = Server(folder)
    try:
        postgres.migrate(server.make_database(MIGRATED))
        yield server
    finally:
        server.stop("immediate")
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """Share one server among all tests that leave it alone."""
    with running_server() as server:
        yield server
