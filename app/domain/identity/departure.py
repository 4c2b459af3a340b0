"""Signing in at an issuer by the browser: what is remembered while somebody is away there."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offered:
    """An issuer at which people can sign in."""

    name: str
    """In addresses of the gate."""
    label: str
    """For people."""


@dataclass(frozen=True, slots=True)
class Departure:
    """One way there and back, known only to the browser that takes it."""

    name: str
    """Where to: an issuer's, so that no other can answer in its place."""
    state: str
    """Comes back with the browser: it was this one that left."""
    nonce: str
    """Comes back in the token: it was made for this departure."""
    verifier: str
    """Shown for the code: nobody else can redeem it (PKCE, RFC 7636)."""

    @property
    def challenge(self) -> str:
        """The verifier's hash, which is all that the browser carries (section 4.2, S256)."""
        hashed = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(hashed).decode().rstrip("=")
