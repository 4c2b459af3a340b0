"""Archives: bodies of entries that were copied into one can be let go of."""

from __future__ import annotations

from app.adapters.stores.migrations import script

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and let the guard of entries tell a detachment from a change."""
    script.run(__file__)
