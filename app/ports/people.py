"""Who asks, in whose name the gate signs, and who wants to hear of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from app.domain.caller import Caller, Token
from app.domain.entry import Entry
from app.domain.identity.departure import Departure, Offered
from app.domain.identity.password import Credential, Invitation


class Tokens(Protocol):
    """Bearer tokens `cs_<id>_<secret>`, known by the hash of their secret."""

    def authenticate(self, presented: str, now: datetime) -> Caller:
        """Tell whose token this is. Raises UnauthenticatedError, StoreError."""

    def create(
        self,
        caller: Caller,
        secret: str,
        expires_at: datetime | None,
        *,
        by: str,
        opened_by: str | None,
    ) -> Entry:
        """Keep a new token's hash, and record in the log who made it, in one transaction.

        A session names the token that opened it, and is nobody's once that is revoked. The
        secret has at least 32 URL-safe characters. Raises ValueError, StoreError.
        """

    def revoke(self, token_id: str, *, by: str) -> Entry:
        """End a token now, and record who did. Raises NotFoundError, StoreError."""

    def all(self) -> Sequence[Token]:
        """List every token, the oldest first, without secrets. Raises StoreError."""


class Issuers(Protocol):
    """Tokens that somebody else signed (JWT), of issuers that are trusted by configuration."""

    def authenticate(self, presented: str, now: datetime) -> Caller:
        """Tell whom a token stands for. Raises UnauthenticatedError, IssuerError."""


class Passwords(Protocol):
    """How passwords are hashed: slowly, so that a stolen hash does not tell them."""

    def hashed(self, password: str) -> str:
        """Hash a password with a salt of its own. Raises UnauthenticatedError when too busy."""

    def is_of(self, password: str, hashed: str | None) -> bool:
        """Tell whether the hash is of this password; without a hash, do the same work for no.

        Raises UnauthenticatedError when too busy, StoreError for a hash that cannot be read.
        """


class Credentials(Protocol):
    """Hashes of users' passwords, and one-time invitations to set one. All raise StoreError."""

    def find(self, name: str) -> Credential | None:
        """Read what is kept of a user's password."""

    def keep(self, name: str, hashed: str) -> None:
        """Keep a password's hash in place of an earlier one; wrong attempts are forgotten."""

    def forget(self, name: str) -> None:
        """Forget a user's password, and every invitation to set one."""

    def failed(self, name: str, now: datetime) -> None:
        """Count a wrong password."""

    def succeeded(self, name: str) -> None:
        """Forget the wrong passwords before the right one."""

    def invite(self, offered: Invitation, secret: str) -> None:
        """Keep an invitation, by its secret's hash, in place of earlier ones to the same."""

    def invitation(self, offered_id: str, secret: str, now: datetime) -> Invitation | None:
        """Find an invitation that can still be used; None for any other."""

    def use_up(self, offered: Invitation) -> bool:
        """Take an invitation away; False when it was used meanwhile."""


class SignIns(Protocol):
    """Issuers at which people sign in with a browser (OpenID Connect)."""

    def offered(self) -> Sequence[Offered]:
        """List them."""

    def leave(self, departure: Departure) -> str:
        """Tell where the browser goes. Raises NotFoundError, IssuerError."""

    def arrive(self, departure: Departure, answer: Mapping[str, str], now: datetime) -> Caller:
        """Tell who came back with this answer.

        Raises NotFoundError, UnauthenticatedError, IssuerError.
        """


@dataclass(frozen=True, slots=True)
class Identities:
    """Every way to prove who one is, but for the gate's own tokens."""

    issuers: Issuers
    sign_ins: SignIns
    passwords: Passwords
    credentials: Credentials


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
