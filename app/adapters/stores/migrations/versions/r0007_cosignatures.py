"""What witnesses signed of the log's checkpoints."""

from __future__ import annotations

from app.adapters.stores.migrations import script

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    script.run(__file__)
