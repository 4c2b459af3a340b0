"""Opens a store: the three ports over one database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.adapters.stores import postgres, sqlite
from app.adapters.stores.checking import whole
from app.adapters.stores.credentials import DatabaseCredentials
from app.adapters.stores.database import Database
from app.adapters.stores.documents import DatabaseDocuments
from app.adapters.stores.log import entries, signing
from app.adapters.stores.log.entries import DatabaseLog
from app.adapters.stores.log.proving import Proofs
from app.adapters.stores.tokens import DatabaseTokens
from app.domain.entry import Draft, Entry
from app.domain.errors import StoreError
from app.ports import Clock, Credentials, Documents, Log, Tokens


@dataclass(frozen=True, slots=True)
class Stores:
    """The ports that share one database, and how to let go of it."""

    log: Log
    documents: Documents
    tokens: Tokens
    credentials: Credentials
    close: Callable[[], None]
    check: Callable[..., Iterator[str]]
    """Tells every fault that the store has within: columns, leaves and tree against bodies.
    Takes who hears of the progress, as `checking.whole.check` does."""
    unfreeze: Callable[[Callable[[str], Draft]], Entry | None]
    """Lets a frozen log take entries again, as `Proofs.unfreeze` does."""


def open_sqlite(path: Path, log: str, clock: Clock) -> Stores:
    """Open or create a store in one file, for this process alone. Raises StoreError.

    The log's signing key is made beside the file when the log begins.
    """
    return _over(sqlite.open_database(path), log, clock, path.with_name("log.key"))


def open_postgres(url: str, log: str, clock: Clock, key_file: Path) -> Stores:
    """Open a store on PostgreSQL, which other gate processes may share. Raises StoreError.

    All of them hold the same signing key; the first to begin the log makes it.
    """
    return _over(postgres.open_database(url), log, clock, key_file)


def _over(database: Database, name: str, clock: Clock, key_file: Path) -> Stores:
    try:
        with signing.held(key_file):  # of several workers one begins the log, and makes the key
            is_new = entries.found(database, name)
            signer = signing.signer(key_file, name, may_make=is_new)
        proofs = Proofs(database, name, clock, signer)
        proofs.recall()
    except StoreError:
        database.close()
        raise
    log = DatabaseLog(database, name, clock, proofs)

    def close() -> None:
        log.writer.close()
        database.close()

    documents = DatabaseDocuments(database)
    tokens = DatabaseTokens(database, log.writer)
    credentials = DatabaseCredentials(database)
    check = partial(whole.check, database, signer.trust)
    return Stores(log, documents, tokens, credentials, close, check, proofs.unfreeze)
