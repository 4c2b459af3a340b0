"""Texts about or by persons, apart from the log, so that they can be erased."""

from __future__ import annotations

from app.adapters.stores.migrations import script

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    script.run(__file__)
