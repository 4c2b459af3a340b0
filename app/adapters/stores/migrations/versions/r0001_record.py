"""The first tables: the log with its tree, documents, tokens."""

from __future__ import annotations

from app.adapters.stores.migrations import script

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    script.run(__file__)
