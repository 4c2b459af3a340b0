"""One route as its callers see it, and what the parameters of routes look like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.api import answers


@dataclass(frozen=True, slots=True)
class Operation:
    """One route as its callers see it."""

    method: str
    path: str
    summary: str
    answers: dict[int, str | None]
    """Status to the name of the schema answered; None for bytes or text."""
    asks: str | None = None
    """Schema of the body; `bytes` for a document itself."""
    parameters: tuple[tuple[str, str, dict[str, Any]], ...] = ()
    """Place, name, schema."""
    is_open: bool = False
    repeats: bool = False
    """Whether Idempotency-Key is honoured."""


ID = {"type": "string", "minLength": 1}
DIGEST = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
PAGING = (
    ("query", "cursor", {"type": "string"}),
    ("query", "limit", {"type": "integer", "minimum": 1, "maximum": answers.LARGEST_PAGE}),
)
TEXT = {"type": "string"}
