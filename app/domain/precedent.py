"""What the log knows of earlier releases of a model on a stage."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Precedent:
    """Whether anything was released before, and whether the rollback target was."""

    is_first: bool
    """True when no other release of the model was ever allowed on the stage."""
    is_rollback_released: bool
    """True when a rollback target is named and was once allowed on the stage."""
