"""A browser's session remembers the token that opened it; those that are open remember none."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; the statement is the same on every database."""
    op.execute(text("ALTER TABLE token ADD COLUMN opened_by TEXT"))
