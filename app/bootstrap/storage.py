"""The store of the settings: SQLite in the data folder, or PostgreSQL by its URL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.adapters.stores.opening import Stores, open_postgres, open_sqlite
from app.adapters.system.clock import SystemClock
from app.settings import Settings, SettingsError


def open_stores(settings: Settings) -> Stores:
    """Open the store of the data folder, which is made if it is not there."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        message = f"COUNTERSIGN_DATA_DIR cannot be made: {error.strerror}: {settings.data_dir}"
        raise SettingsError(message) from error
    name, clock = settings.log_name, SystemClock()
    if settings.database_url:
        key_file = settings.data_dir / "log.key"
        return open_postgres(settings.database_url, name, clock, key_file)
    return open_sqlite(settings.data_dir / "countersign.db", name, clock)


@contextmanager
def opened_stores(settings: Settings) -> Iterator[Stores]:
    """Open the store for a short while, as long as no gate has it."""
    stores = open_stores(settings)
    try:
        yield stores
    finally:
        stores.close()
