"""Exit codes that scripts can rely on, and messages instead of tracebacks."""

from __future__ import annotations

from typing import NoReturn

from rich.console import Console

ALLOWED = 0
DENIED = 1
PENDING = 2
COULD_NOT_DECIDE = 3

BY_OUTCOME = {"allow": ALLOWED, "deny": DENIED, "pending": PENDING}


def could_not(message: str) -> NoReturn:
    """Say on standard error why nothing was decided, and exit with 3."""
    console = Console(stderr=True, highlight=False)
    console.print(f"countersign: {message}", markup=False, soft_wrap=True)
    raise SystemExit(COULD_NOT_DECIDE)
