"""Who asks, in whose name the gate signs, and who wants to hear of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from app.domain.caller import Caller, Token
from app.domain.entry import Entry


class Tokens(Protocol):
    """Bearer tokens `cs_<id>_<secret>`, known by the hash of their secret."""

    def authenticate(self, presented: str, now: datetime) -> Caller:
        """Tell whose token this is. Raises UnauthenticatedError, StoreError."""

    def create(self, caller: Caller, secret: str, expires_at: datetime | None, *, by: str) -> Entry:
        """Keep a new token's hash, and record in the log who made it, in one transaction.

        The secret has at least 32 URL-safe characters. Raises ValueError, StoreError.
        """

    def revoke(self, token_id: str, *, by: str) -> Entry:
        """End a token now, and record who did. Raises NotFoundError, StoreError."""

    def all(self) -> Sequence[Token]:
        """List every token, the oldest first, without secrets. Raises StoreError."""


class Issuers(Protocol):
    """Tokens that somebody else signed (JWT), of issuers that are trusted by configuration."""

    def authenticate(self, presented: str, now: datetime) -> Caller:
        """Tell whom a token stands for. Raises UnauthenticatedError, IssuerError."""


class Attestor(Protocol):
    """Signs what the gate states, so that others can check it without asking the gate."""

    def attest(self, statement: bytes) -> bytes:
        """Sign an in-toto statement; give it in a sigstore bundle (v0.3, DSSE).

        Raises AttestorError.
        """

    def public_key(self) -> bytes:
        """Give the public key that verifies these signatures, in PEM."""


class Notifier(Protocol):
    """Somebody who wants to hear of decisions, and of emergencies."""

    def tell(self, body: Mapping[str, Any]) -> None:
        """Tell of one decision; may fail."""

    def alert(self, body: Mapping[str, Any]) -> None:
        """Tell at once of glass that was broken; may fail."""
