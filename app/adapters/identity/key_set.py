"""The keys of one issuer (JWKS, RFC 7517): fetched, kept, and used while stale for a while.

Keys are fetched again when they are no longer fresh, or when a token names a key that is not
among them: issuers rotate. When the issuer does not answer, the keys that are known go on to
count for STALE and no longer. Whoever cannot look says so; nobody is let in for it.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from app.adapters.identity import discovery
from app.adapters.identity.discovery import UNREACHABLE
from app.adapters.identity.fetching import Fetch
from app.domain.errors import IssuerError, UnauthenticatedError

FRESH = timedelta(minutes=10)
STALE = timedelta(hours=24)
PAUSE = timedelta(seconds=10)
"""Between two questions to an issuer, so that forged tokens do not make the gate flood it."""
_SMALLEST_RSA_BITS = 2048
_ALGORITHMS = {"RSA None": "RS256", "EC P-256": "ES256"}


@dataclass(frozen=True, slots=True)
class _Kept:
    keys: Mapping[str, jwt.PyJWK]
    fetched_at: datetime


class KeySet:
    """The keys of one issuer, for every thread."""

    def __init__(self, issuer: str, jwks_uri: str | None, fetch: Fetch) -> None:
        self._issuer = issuer
        self._jwks_uri = jwks_uri
        self._fetch = fetch
        self._asking = threading.Lock()
        self._tried_at: datetime | None = None
        self._failure: IssuerError | None = None
        self._kept: _Kept | None = None

    def key(self, kid: str, now: datetime) -> jwt.PyJWK:
        """Give the key of this name.

        Raises UnauthenticatedError when the issuer has none, IssuerError when nobody can tell.
        """
        # Whoever has a key already does not wait for another thread that asks.
        has_none = self._usable(kid, now) is None
        if (has_none or self._is_due(kid, now)) and self._asking.acquire(blocking=has_none):
            try:
                if self._is_due(kid, now):
                    self._ask(now)
            finally:
                self._asking.release()
        found = self._usable(kid, now)
        if found is not None:
            return found
        if self._failure is not None:
            raise IssuerError(UNREACHABLE, detail=self._failure.detail)
        raise UnauthenticatedError(f"{self._issuer} has no key of the name that the token gives")

    def _is_due(self, kid: str, now: datetime) -> bool:
        if self._tried_at is not None and now - self._tried_at < PAUSE:
            return False
        kept = self._kept
        return kept is None or kid not in kept.keys or now - kept.fetched_at >= FRESH

    def _usable(self, kid: str, now: datetime) -> jwt.PyJWK | None:
        kept = self._kept
        if kept is None or now - kept.fetched_at > STALE:
            return None
        return kept.keys.get(kid)

    def _ask(self, now: datetime) -> None:
        self._tried_at = now
        try:
            self._kept = _Kept(_keys(self._fetch(self._where())), now)
            self._failure = None
        except IssuerError as error:
            self._failure = error

    def _where(self) -> str:
        if self._jwks_uri is not None:
            return self._jwks_uri
        return discovery.endpoint(self._issuer, "jwks_uri", self._fetch)


def _keys(document: object) -> Mapping[str, jwt.PyJWK]:
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise IssuerError(UNREACHABLE, detail="no JWKS: a list of keys was expected")
    found = [(key["kid"], read) for key in listed if (read := _key(key)) is not None]
    times = Counter(kid for kid, _ in found)
    # A name that stands for two keys says nothing about which is meant.
    return {kid: key for kid, key in found if times[kid] == 1}


def _key(stated: Any) -> jwt.PyJWK | None:  # noqa: ANN401 - any JSON value
    """Read a public key that signs by RS256 or ES256; None for any other."""
    if not isinstance(stated, dict) or not isinstance(stated.get("kid"), str) or "d" in stated:
        return None
    algorithm = _ALGORITHMS.get(f"{stated.get('kty')} {stated.get('crv')}")
    is_for_it = stated.get("alg", algorithm) == algorithm and stated.get("use", "sig") == "sig"
    if algorithm is None or not is_for_it:
        return None
    try:
        key = jwt.PyJWK(stated, algorithm)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    if isinstance(key.key, RSAPublicKey) and key.key.key_size < _SMALLEST_RSA_BITS:
        return None
    return key
