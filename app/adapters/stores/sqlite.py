"""SQLite, the embedded default: one file, one process, one connection that writes.

SQLite before 3.51.3 can lose a commit when two connections write and checkpoint one file
(sqlite.org/wal.html, the WAL-reset bug). So exactly one connection writes, and a lock file
keeps a second gate process out: several processes need PostgreSQL.
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool, StaticPool

from app.adapters.stores import migrations
from app.adapters.stores.database import LONGEST_WAIT, Database, store_errors
from app.domain.errors import StoreError

READERS = 8
_SETTINGS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0}
"""What durability rests on: set at every connection, read back, refused if different."""
_TUNING = (
    "PRAGMA wal_autocheckpoint=10000",
    "PRAGMA cache_size=-65536",
    "PRAGMA secure_delete=ON",  # an erased text is overwritten, not only unlinked
)


def open_database(path: Path) -> Database:
    """Open or create the file for this process alone. Raises StoreError."""
    release = _lock(path.with_name(path.name + ".lock"))
    try:
        writer = _engine(lambda: _connect(path, "rwc"), "BEGIN IMMEDIATE", readers=0)
        reader = _engine(lambda: _connect(path, "ro"), "BEGIN", readers=READERS)
        with store_errors("the store cannot be opened"), writer.begin() as connection:
            migrations.upgrade(connection)
    except StoreError:
        release()
        raise
    return Database(writer, reader, release, writers=1)


def _lock(path: Path) -> Callable[[], None]:
    with store_errors("the store cannot be opened"):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        message = "another gate process has this store open: several processes need PostgreSQL"
        raise StoreError(message, detail=f"{path}: {error}") from error
    return file.close


def _engine(connect: Callable[[], sqlite3.Connection], begin: str, *, readers: int) -> Engine:
    if readers:
        engine = create_engine(
            "sqlite+pysqlite://",
            creator=connect,
            poolclass=QueuePool,
            pool_size=readers,
            max_overflow=0,
            pool_timeout=LONGEST_WAIT,
        )
    else:
        engine = create_engine("sqlite+pysqlite://", creator=connect, poolclass=StaticPool)

    def begin_explicitly(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "begin", begin_explicitly)
    return engine


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        timeout=LONGEST_WAIT,
        isolation_level=None,  # transactions are begun by us, never by the driver
        check_same_thread=False,  # the pool and the write lock give a connection to one thread
    )
    try:
        if mode == "ro":
            connection.execute("PRAGMA query_only=ON")
        _set_up(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _set_up(connection: sqlite3.Connection) -> None:
    for name, wanted in _SETTINGS.items():
        connection.execute(f"PRAGMA {name}={wanted}")
        actual = connection.execute(f"PRAGMA {name}").fetchone()[0]
        if actual != wanted:
            message = f"SQLite would not set {name}={wanted}: it stays at {actual}"
            raise sqlite3.OperationalError(message)
    for tuning in _TUNING:
        connection.execute(tuning)
