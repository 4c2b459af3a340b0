"""One route as its callers see it, and what the parameters of routes look like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.api import answers

JSON = "application/json"
PLAIN = "text/plain"
BYTES = "application/octet-stream"
SIGSTORE = "application/vnd.dev.sigstore.bundle.v0.3+json"


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
    needs: tuple[str, ...] = ()
    """Parameters of the query without which it is refused."""
    media: tuple[str, ...] = (JSON,)
    """Media types of an answer that no schema describes."""
    sends: tuple[tuple[str, str], ...] = ()
    """Media types of the body and what each holds, where it is not JSON of `asks` alone."""


ID = {"type": "string", "minLength": 1}
DIGEST = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
PAGING = (
    ("query", "cursor", {"type": "string"}),
    ("query", "limit", {"type": "integer", "minimum": 1, "maximum": answers.LARGEST_PAGE}),
)
TEXT: dict[str, Any] = {"type": "string"}
NAME = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"}
"""Of a project or a model."""
VERSION = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9.+_-]{0,127}$"}
POINTER = {"type": "string", "pattern": "^[a-z][a-z0-9_-]{0,40}$"}
"""Of a stage or an alias."""
MOMENT = {"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]}
LIMIT = {"type": "integer", "minimum": 1, "maximum": answers.LARGEST_PAGE}
SEEN = (
    ("header", "If-Match", {"type": "string", "pattern": '^"[0-9]{1,15}"$'}),
    ("header", "If-None-Match", {"const": "*"}),
)
"""What a writer saw: the ETag of an answer, or that there was nothing (RFC 9110)."""
