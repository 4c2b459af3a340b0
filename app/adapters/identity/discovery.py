"""Where an issuer says its keys and endpoints are (OpenID Connect Discovery 1.0)."""

from __future__ import annotations

from typing import Any

from app.adapters.identity.fetching import Fetch
from app.domain.errors import IssuerError

UNREACHABLE = "the issuer of the token cannot be asked for its keys"


def endpoint(issuer: str, name: str, fetch: Fetch) -> str:
    """Tell an address of the issuer, by its name in the document. Raises IssuerError."""
    stated: Any = fetch(issuer.rstrip("/") + "/.well-known/openid-configuration")
    # Section 4.3: else one issuer could answer for another.
    if not isinstance(stated, dict) or stated.get("issuer") != issuer:
        raise IssuerError(UNREACHABLE, detail=f"{issuer}: discovery is of another")
    uri = stated.get(name)
    if not isinstance(uri, str) or not _is_as_safe(uri, issuer):
        raise IssuerError(UNREACHABLE, detail=f"{issuer}: {name} is not https")
    return uri


def _is_as_safe(uri: str, issuer: str) -> bool:
    if uri.startswith("https://"):
        return True
    scheme, _, rest = issuer.partition("://")
    return scheme == "http" and uri.startswith(f"http://{rest.partition('/')[0]}/")
