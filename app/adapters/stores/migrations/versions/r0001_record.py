"""The first tables: the log with its tree, documents, tokens."""

from __future__ import annotations

from pathlib import Path

from alembic import op
from sqlalchemy import text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SEPARATOR = "\n\n"


def upgrade() -> None:
    """Run the statements of this database, which stand in a file parted by empty lines."""
    name = op.get_bind().dialect.name
    script = Path(__file__).with_suffix(f".{name}.sql").read_text(encoding="utf-8")
    for statement in script.split(SEPARATOR):
        if statement.strip():
            op.execute(text(statement))
