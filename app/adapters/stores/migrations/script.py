"""Runs the SQL of a revision, which stands beside it, one file a database."""

from __future__ import annotations

from pathlib import Path

from alembic import op
from sqlalchemy import text

SEPARATOR = "\n\n"


def run(revision: str) -> None:
    """Run the statements for this database, parted by empty lines; `revision` is a file."""
    name = op.get_bind().dialect.name
    script = Path(revision).with_suffix(f".{name}.sql").read_text(encoding="utf-8")
    for statement in script.split(SEPARATOR):
        if statement.strip():
            op.execute(text(statement))
