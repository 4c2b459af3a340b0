"""An Attestor with a key that lives as long as it does."""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from app.adapters.attestations import envelope
from app.domain.errors import AttestorError


class FakeAttestor:
    """Signs with a key in memory, until it is taken down."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.is_down = False

    def attest(self, statement: bytes) -> bytes:
        """Sign a statement."""
        if self.is_down:
            raise AttestorError("the fake key is down")
        return envelope.signed(
            statement,
            self._key.public_key(),
            lambda encoded: self._key.sign(encoded, ec.ECDSA(hashes.SHA256())),
            envelope.cosign_name,
        )

    def public_key(self) -> bytes:
        """Give the public key in PEM."""
        return envelope.pem(self._key.public_key())
