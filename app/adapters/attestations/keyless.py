"""Statements signed by an identity: a certificate for ten minutes, from a sigstore.

Which sigstore is a client trust configuration (protobuf-specs,
`ClientTrustConfig`): its trusted root, and where its authority and log answer.
"""

from __future__ import annotations

from pathlib import Path

import requests
from sigstore import dsse
from sigstore.errors import Error
from sigstore.models import ClientTrustConfig
from sigstore.oidc import IdentityError, IdentityToken, detect_credential
from sigstore.sign import SigningContext

from app.domain.errors import AttestorError

_FAILURES = (Error, IdentityError, requests.RequestException, OSError, LookupError, ValueError)
"""What sigstore-python raises when a sigstore, or the token for it, does not serve."""


def sign(statement: bytes, trust_config: Path, token: str | None) -> bytes:
    """Sign a statement with an OIDC token: the given one, or that of the CI this runs in.

    Raises AttestorError if there is no token, or the sigstore does not certify or log it.
    """
    try:
        config = ClientTrustConfig.from_json(trust_config.read_text())
        raw = detect_credential() if token is None else token
        if raw is None:
            raise AttestorError("there is no OIDC token: give one, or sign where a CI has one")
        context = SigningContext.from_trust_config(config)
        with context.signer(IdentityToken(raw)) as signer:
            return signer.sign_dsse(dsse.Statement(statement)).to_json().encode()
    except _FAILURES as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        message = f"the sigstore of {trust_config} did not sign: {reason[:200]}"
        raise AttestorError(message, detail=reason) from error
