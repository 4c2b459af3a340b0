"""Opens a store: the three ports over one database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.adapters.stores import sqlite
from app.adapters.stores.database import Database
from app.adapters.stores.documents import DatabaseDocuments
from app.adapters.stores.log import DatabaseLog
from app.adapters.stores.tokens import DatabaseTokens
from app.domain.errors import StoreError
from app.ports import Clock, Documents, Log, Tokens


@dataclass(frozen=True, slots=True)
class Stores:
    """The ports that share one database, and how to let go of it."""

    log: Log
    documents: Documents
    tokens: Tokens
    close: Callable[[], None]


def open_sqlite(path: Path, log: str, clock: Clock) -> Stores:
    """Open or create a store in one file, for this process alone. Raises StoreError."""
    return _over(sqlite.open_database(path), log, clock)


def _over(database: Database, name: str, clock: Clock) -> Stores:
    try:
        log = DatabaseLog(database, name, clock)
    except StoreError:
        database.close()
        raise
    documents = DatabaseDocuments(database)
    return Stores(log, documents, DatabaseTokens(database, log), database.close)
