from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from app.adapters.stores import migrations, schema
from tests.plugins.real_postgresql import MIGRATED
from tests.services.postgresql import Server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/gate.db"
        return
    server: Server = request.getfixturevalue("postgresql")
    made = server.make_database(f"migrations-{uuid.uuid4()}", MIGRATED)
    yield made.replace("postgresql:", "postgresql+psycopg:")


def ours(_: object, name: str | None, kind: str, *__: object) -> bool:
    """Look at the tables of the schema: FTS5 and partitions bring tables of their own.

    The index of projects is of an expression, which each database writes its own way.
    """
    return name != "entry_project" and (kind != "table" or name in schema.metadata.tables)


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_the_migrations_make_the_tables_that_the_schema_describes(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        migrations.upgrade(connection)
        options: dict[str, Any] = {"include_object": ours, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        differences = [
            difference
            for difference in compare_metadata(context, schema.metadata)
            if "words" not in str(difference)  # FTS5 there, a table here: dialect.py
        ]
    engine.dispose()

    assert differences == []


def test_upgrading_twice_changes_nothing(url: str) -> None:
    engine = create_engine(url)
    for _ in range(2):
        with engine.begin() as connection:
            migrations.upgrade(connection)
            migrations.refuse_old(connection)
    engine.dispose()
