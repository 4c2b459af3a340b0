"""An Attestor that hands out neither signature nor key before the log tells of its key."""

from __future__ import annotations

from collections.abc import Callable

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.adapters.attestations import envelope
from app.domain.attestations.adoption import GateKey, Use
from app.domain.errors import AttestorError
from app.ports import Attestor


class ToldKey:
    """Signs with another Attestor's key, once that is told of."""

    def __init__(self, signing: Attestor, tell: Callable[[GateKey], None]) -> None:
        """Take who signs, and whom to tell. Raises AttestorError for a key that has no name."""
        self._signing = signing
        self._tell = tell
        self._key = _named(signing.public_key())

    def attest(self, statement: bytes) -> bytes:
        """Sign a statement. Raises AttestorError, and StoreError when the key cannot be told of."""
        self._tell(self._key)
        return self._signing.attest(statement)

    def public_key(self) -> bytes:
        """Give the public key in PEM. Raises StoreError when it cannot be told of."""
        self._tell(self._key)
        return self._key.public_key.encode()


def _named(public_key: bytes) -> GateKey:
    key = serialization.load_pem_public_key(public_key)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise AttestorError("the gate's attestations are signed by no P-256 key")
    return GateKey(Use.ATTESTATIONS, envelope.cosign_name(key), public_key.decode())
