"""Named places, and the entries that each of them ever pointed at."""

from __future__ import annotations

from app.adapters.stores.migrations import script

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    script.run(__file__)
