"""`countersign models|versions|promote|rollback|history`: versions and where they run."""

from __future__ import annotations

from app.cli.models.listing import models
from app.cli.models.moving import promote, rollback
from app.cli.models.registering import versions
from app.cli.models.telling import history

__all__ = ["history", "models", "promote", "rollback", "versions"]
