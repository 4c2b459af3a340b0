"""An index of the projects that entries are about: an expression, and no column."""

from __future__ import annotations

from app.adapters.stores.migrations import script

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    script.run(__file__)
