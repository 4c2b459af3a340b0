"""PostgreSQL 15 or newer: several gate processes on one log.

A server that hangs answers nothing and closes nothing, so no timeout of its own fires. Every
wait for it therefore has a deadline on this side, and a connection that missed it is dropped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import QueuePool

from app.adapters.stores import migrations, schema
from app.adapters.stores.database import LONGEST_WAIT, Database, store_errors
from app.domain.errors import StoreError

WRITERS = 4
READERS = 8
OLDEST = 150000
_CONNECT_SECONDS = 2
_BY_INDEX = " -c enable_seqscan=off"
"""A writer looks up single rows only. Its plans are made while tables are small, and kept: by
then walking a whole table looks cheap to the planner."""
_DURABLE = {"fsync": {"on"}, "full_page_writes": {"on"}}
_SYNCHRONOUS = {"on", "remote_write", "remote_apply"}


class DeadlineConnection(psycopg.Connection[Any]):
    """A connection that waits for the server so long and no longer."""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for what was asked; close the connection when the deadline passes."""
        deadline = time.monotonic() + (timeout or LONGEST_WAIT)
        return super().wait(self._within(gen, deadline), interval)

    def _within(self, gen: PQGen[RV], deadline: float) -> Generator[Any, Any, RV]:
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() > deadline:
                    self.pgconn.finish()
                    message = f"the server did not answer within {LONGEST_WAIT} seconds"
                    raise psycopg.OperationalError(message)
                wanted = gen.send(ready)
        except StopIteration as stop:
            answer: RV = stop.value
            return answer


def open_database(url: str) -> Database:
    """Connect to a database that was migrated. Raises StoreError."""
    writer = _engine(url, WRITERS, "READ COMMITTED", _BY_INDEX)
    reader = _engine(url, READERS, "REPEATABLE READ").execution_options(postgresql_readonly=True)
    try:
        with store_errors("the store cannot be opened"), writer.begin() as connection:
            _refuse_unfit(connection)
            migrations.refuse_old(connection)
    except StoreError:
        writer.dispose()
        reader.dispose()
        raise
    return Database(writer, reader, _nothing, writers=WRITERS)


def migrate(url: str, role: str | None = None, *, may_detach: bool = False) -> None:
    """Bring the tables to the newest revision as their owner, and let a role use them.

    The role can add entries and read them; it can neither change nor delete one. With
    `may_detach` it can let go of bodies that are in an archive. Raises StoreError.
    """
    engine = _engine(url, 1, "READ COMMITTED")
    try:
        with store_errors("the store cannot be migrated"), engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            migrations.upgrade(connection)
            if role is not None:
                quoted = connection.dialect.identifier_preparer.quote(role)
                _grant(connection, quoted)
                verb, of = ("GRANT", "TO") if may_detach else ("REVOKE", "FROM")
                connection.exec_driver_sql(
                    f"{verb} EXECUTE ON FUNCTION detach_entries {of} {quoted}"
                )
    finally:
        engine.dispose()


def _grant(connection: Connection, role: str) -> None:
    readable = ", ".join(table.name for table in schema.metadata.sorted_tables)
    changing = (schema.head, schema.token)
    for statement in (
        f"GRANT SELECT, INSERT ON {readable} TO {role}",
        f"GRANT UPDATE ON {', '.join(table.name for table in changing)} TO {role}",
        f"GRANT DELETE ON {schema.personal.name} TO {role}",
        f"GRANT SELECT ON alembic_version TO {role}",
        f"GRANT EXECUTE ON FUNCTION make_entry_partition TO {role}",
    ):
        connection.exec_driver_sql(statement)


def _engine(url: str, size: int, isolation: str, options: str = "") -> Engine:
    return create_engine(
        "postgresql+psycopg://",
        creator=_connector(url, options),
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=LONGEST_WAIT,
        pool_pre_ping=True,
        isolation_level=isolation,
    )


def _connector(url: str, more: str) -> Callable[[], psycopg.Connection[Any]]:
    milliseconds = int(LONGEST_WAIT * 1000)
    options = f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds}{more}"

    def connect() -> psycopg.Connection[Any]:
        return DeadlineConnection.connect(
            url,
            connect_timeout=_CONNECT_SECONDS,
            options=options,
            application_name="countersign",
        )

    return connect


def _refuse_unfit(connection: Connection) -> None:
    version = int(_shown(connection, "server_version_num"))
    if version < OLDEST:
        raise StoreError(f"PostgreSQL 15 or newer is needed, and {version // 10000} is here")
    wrong = [name for name, right in _DURABLE.items() if _shown(connection, name) not in right]
    if _shown(connection, "synchronous_commit") not in _SYNCHRONOUS:
        wrong.append("synchronous_commit")
    if wrong:
        message = f"PostgreSQL would lose what it confirmed: check {', '.join(wrong)}"
        raise StoreError(message)


def _shown(connection: Connection, name: str) -> str:
    return str(connection.exec_driver_sql(f"SHOW {name}").scalar_one())


def _nothing() -> None:
    """There is no lock to release: the server guards the head row."""
