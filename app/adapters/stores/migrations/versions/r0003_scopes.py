"""Tokens hold in projects and on stages; those that were there before hold everywhere."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two columns; the statements are the same on every database."""
    for name in ("projects", "stages"):
        op.execute(text(f"ALTER TABLE token ADD COLUMN {name} TEXT NOT NULL DEFAULT '[\"*\"]'"))
