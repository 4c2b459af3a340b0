"""Tokens that an issuer signed (JWT, RFC 7519; OIDC): from the text to a caller.

In this order, and each refusal is a 401: (1) the shape; (2) an issuer that is trusted, by the
name in the token; (3) an algorithm of that issuer, and no header that changes how to verify;
(4) a key of that issuer, by its name; (5) signature, issuer and audience; (6) times and rules.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import jwt
from jwt.types import Options

from app.adapters.identity.configuration import TrustedIssuer
from app.adapters.identity.fetching import Fetch
from app.adapters.identity.key_set import KeySet
from app.domain.caller import Caller
from app.domain.digest import Digest
from app.domain.errors import UnauthenticatedError
from app.domain.identity import issuer as issuers
from app.domain.identity.issuer import Issuer

_SHAPE = re.compile(r"[A-Za-z0-9_-]{2,2000}\.[A-Za-z0-9_-]{2,14000}\.[A-Za-z0-9_-]{2,2000}")
_HEADERS = frozenset({"alg", "kid", "typ", "x5t", "x5t#S256"})
"""What a header may hold: never a key or its address (RFC 8725 section 3.10), never `crit`."""
_WHOLE: Options = {
    "require": ["exp", "iat", "iss", "aud"],
    "strict_aud": True,
    # The times are compared with the gate's own clock: app.domain.identity.issuer.
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}


class SignedTokens:
    """Implements the port Issuers. Without any issuer it knows nobody."""

    def __init__(self, trusted: Sequence[TrustedIssuer], fetch: Fetch) -> None:
        self._issuers = {one.issuer.url: one.issuer for one in trusted}
        self._keys = {
            one.issuer.url: KeySet(one.issuer.url, one.jwks_uri, fetch) for one in trusted
        }

    def authenticate(self, presented: str, now: datetime) -> Caller:
        """Tell whom a signed token stands for."""
        if not _SHAPE.fullmatch(presented):  # (1)
            raise UnauthenticatedError("this is not a token")
        issuer = self._issuer(presented)
        claims = self.claims(presented, issuer, issuer.audience, now)
        token_id = f"oidc-{Digest.of(presented.encode())[:32]}"
        return issuers.caller(claims, issuer, now, token_id)  # (6)

    def claims(
        self, presented: str, issuer: Issuer, audience: str, now: datetime
    ) -> dict[str, Any]:
        """Verify a token of this issuer for this audience; its times and rules are not judged.

        Raises UnauthenticatedError, IssuerError.
        """
        try:
            key = self._key(presented, issuer, now)
            claims: dict[str, Any] = jwt.decode(  # (5)
                presented,
                key,
                algorithms=[key.algorithm_name],
                audience=audience,
                issuer=issuer.url,
                options=_WHOLE,
            )
        except jwt.PyJWTError as error:
            raise UnauthenticatedError(_refusal(error), detail=str(error)[:300]) from error
        return claims

    def _issuer(self, presented: str) -> Issuer:  # (2)
        try:
            stated = jwt.decode(presented, options={"verify_signature": False}).get("iss")
        except jwt.PyJWTError as error:
            raise UnauthenticatedError(_refusal(error), detail=str(error)[:300]) from error
        issuer = self._issuers.get(stated) if isinstance(stated, str) else None
        if issuer is None:
            raise UnauthenticatedError("the issuer of this token is not trusted here")
        return issuer

    def _key(self, presented: str, issuer: Issuer, now: datetime) -> jwt.PyJWK:
        header = jwt.get_unverified_header(presented)
        if header.get("alg") not in issuer.algorithms or header.keys() - _HEADERS:  # (3)
            raise UnauthenticatedError("this token is not signed as its issuer signs")
        kid = header.get("kid")
        if not isinstance(kid, str):
            raise UnauthenticatedError("this token does not name its key")
        key = self._keys[issuer.url].key(kid, now)  # (4)
        if key.algorithm_name != header["alg"]:
            raise UnauthenticatedError("this token is not signed as its key signs")
        return key


def _refusal(error: jwt.PyJWTError) -> str:
    match error:
        case jwt.InvalidAudienceError():
            return "this token is for another audience"
        case jwt.MissingRequiredClaimError():
            return "this token lacks a claim: it needs exp, iat, iss and aud"
        case jwt.InvalidSignatureError():
            return "the signature of this token does not hold"
    return "this is not a token that can be verified"
