"""What was allowed of a model on a stage stands in the order of the log."""

from __future__ import annotations

from app.adapters.stores.migrations import script

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index, in place of one in the order of releases."""
    script.run(__file__)
