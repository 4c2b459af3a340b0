"""People sign in at an issuer: OpenID Connect's code flow with PKCE, state and nonce.

In this order: (1) the browser leaves with state, nonce and the hash of a verifier; (2) it comes
back with a code, which the gate itself redeems at the issuer, showing the verifier; (3) the ID
token is verified as any signed token, for the gate's client instead of the gate; (4) its nonce
is the one that left; (5) rules say what they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hmac import compare_digest
from typing import Any
from urllib.parse import quote, urlencode

from app.adapters.identity import discovery
from app.adapters.identity.configuration import Client, TrustedIssuer
from app.adapters.identity.fetching import Fetch, Post
from app.adapters.identity.signed_tokens import SignedTokens
from app.domain.caller import Caller
from app.domain.errors import NotFoundError, UnauthenticatedError
from app.domain.identity import issuer as issuers
from app.domain.identity.departure import Departure, Offered
from app.domain.identity.issuer import Issuer

CALLBACK = "/sign-in/callback"


class CodeFlow:
    """Implements the port SignIns."""

    def __init__(
        self,
        trusted: Sequence[TrustedIssuer],
        tokens: SignedTokens,
        address: str,
        fetch: Fetch,
        post: Post,
    ) -> None:
        self._there = {one.client.name: (one.issuer, one.client) for one in trusted if one.client}
        self._tokens = tokens
        self._redirect = address.rstrip("/") + CALLBACK
        self._fetch = fetch
        self._post = post

    def offered(self) -> Sequence[Offered]:
        """List the issuers at which people can sign in."""
        return [Offered(client.name, client.label) for _, client in self._there.values()]

    def leave(self, departure: Departure) -> str:  # (1)
        """Tell where the browser goes."""
        issuer, client = self._to(departure)
        asked = {
            "response_type": "code",
            "client_id": client.client_id,
            "redirect_uri": self._redirect,
            "scope": " ".join(client.scopes),
            "state": departure.state,
            "nonce": departure.nonce,
            "code_challenge": departure.challenge,
            "code_challenge_method": "S256",
        }
        there = discovery.endpoint(issuer.url, "authorization_endpoint", self._fetch)
        return f"{there}{'&' if '?' in there else '?'}{urlencode(asked)}"

    def arrive(self, departure: Departure, answer: Mapping[str, str], now: datetime) -> Caller:
        """Tell who came back."""
        issuer, client = self._to(departure)
        if not compare_digest(answer.get("state", "").encode(), departure.state.encode()):
            raise UnauthenticatedError("this is not the answer to the sign-in that was begun here")
        # RFC 9207: else a code of one issuer could be brought to another.
        if answer.get("iss", issuer.url) != issuer.url:
            raise UnauthenticatedError("another issuer has answered")
        if "code" not in answer:
            raise UnauthenticatedError(f"{client.label} did not say who it is")
        id_token = self._redeem(answer["code"], departure, issuer, client)  # (2)
        claims = self._tokens.claims(id_token, issuer, client.client_id, now)  # (3)
        nonce = claims.get("nonce")
        if not isinstance(nonce, str) or not compare_digest(
            nonce.encode(), departure.nonce.encode()
        ):  # (4)
            raise UnauthenticatedError("the token was made for another sign-in")
        if claims.get("azp", client.client_id) != client.client_id:
            raise UnauthenticatedError("the token was made for another client")
        return issuers.caller(claims, issuer, now, f"oidc-{departure.name}")  # (5)

    def _to(self, departure: Departure) -> tuple[Issuer, Client]:
        if departure.name not in self._there:
            raise NotFoundError("no such way to sign in")
        return self._there[departure.name]

    def _redeem(self, code: str, departure: Departure, issuer: Issuer, client: Client) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect,
            "code_verifier": departure.verifier,
            "client_id": client.client_id,
        }
        basic = None
        if client.secret is not None:
            # RFC 6749 section 2.3.1: both are encoded as in a form before they are joined.
            basic = (quote(client.client_id, safe=""), quote(client.secret, safe=""))
        there = discovery.endpoint(issuer.url, "token_endpoint", self._fetch)
        answer: Any = self._post(there, form, basic)
        id_token = answer.get("id_token") if isinstance(answer, dict) else None
        if not isinstance(id_token, str):
            raise UnauthenticatedError(f"{client.label} gave no token for the code")
        return id_token
