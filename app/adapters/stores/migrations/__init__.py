"""How the tables came to be: Alembic revisions, in SQL written out for each database."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.domain.errors import StoreError

FOLDER = Path(__file__).parent


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the tables to the newest revision, within the transaction of the connection."""
    command.upgrade(_configured(connection), revision)


def refuse_old(connection: Connection) -> None:
    """Raise StoreError unless the tables are of the newest revision."""
    here = MigrationContext.configure(connection).get_current_revision()
    newest = ScriptDirectory.from_config(_configured(connection)).get_current_head()
    if here != newest:
        message = f"the store is of revision {here}, and this gate needs {newest}"
        raise StoreError(f"{message}: run `countersign store migrate`")


def _configured(connection: Connection) -> Config:
    configured = Config()
    configured.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    configured.set_main_option("path_separator", "os")
    configured.attributes["connection"] = connection
    return configured
