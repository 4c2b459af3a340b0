"""One index of a release's entries in place of three: each costs every append."""

from __future__ import annotations

from app.adapters.stores.migrations import script

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the one and drop the others."""
    script.run(__file__)
