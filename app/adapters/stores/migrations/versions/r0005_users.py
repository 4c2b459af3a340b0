"""Passwords of the gate's own users, and the invitations to set them: beside the log."""

from __future__ import annotations

from app.adapters.stores.migrations import script

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    script.run(__file__)
