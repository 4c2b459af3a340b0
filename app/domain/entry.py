"""Entries of the append-only log, and how they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.digest import Digest


class Kind(StrEnum):
    """What an entry records."""

    DECISION = "decision"
    COULD_NOT_DECIDE = "could_not_decide"
    APPROVAL = "approval"
    TOKEN_CREATED = "token_created"  # noqa: S105 - a kind of entry, not a secret
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a kind of entry, not a secret


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry before the log gave it its place and time. Columns select; `body` is the record."""

    id: str
    kind: Kind
    actor: str
    body: Mapping[str, Any]
    release_digest: Digest | None = None
    model: str | None = None
    stage: str | None = None
    outcome: str | None = None
    documents: tuple[tuple[Digest, bytes], ...] = ()
    """Documents that the body refers to, stored in the same transaction."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it stands in the log for good."""

    log: str
    seq: int
    id: str
    kind: Kind
    at: int
    """Microseconds since the epoch; never falls from one entry to the next."""
    actor: str
    body: bytes
    """The exact stored bytes: canonical JSON, never written again."""


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A caller's key for one request: asked again, it gives the same entry again."""

    caller: str
    key: str
    request_sha256: Digest


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, newest first, and where the next page starts (None at the end)."""

    entries: tuple[Entry, ...]
    next_before: int | None
