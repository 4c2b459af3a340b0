"""`countersign submit` and `countersign reevaluate`: releases over time."""

from __future__ import annotations

from app.cli.submit.reevaluating import reevaluate
from app.cli.submit.submitting import submit

__all__ = ["reevaluate", "submit"]
