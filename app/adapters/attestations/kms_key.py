"""An Attestor with a key in a KMS, by the URI of any of securesystemslib's signers.

    awskms:<key>   gcpkms:<key>   azurekms://<vault>/<key>   hv:<key>   hsm:<keyid>

Each needs its vendor's library beside the gate, and the public key in PEM, so that a key
that was swapped in the KMS is noticed when the gate starts.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from securesystemslib.exceptions import Error
from securesystemslib.signer import (  # type: ignore[attr-defined] # its __init__ exports these
    Signer,
    SSlibKey,
)

from app.adapters.attestations import envelope
from app.domain.errors import AttestorError

_FAILURES = (Error, ImportError, LookupError, OSError, ValueError)
"""What signers are known to raise; anything else a vendor's library raises is a fault, and
no signature either."""
_PROBE = b"countersign: is this the key?"


class KMSKey:
    """Signs with a P-256 key that never leaves its KMS."""

    def __init__(self, uri: str, public_key: Path) -> None:
        """Reach the key, and let it prove itself. Raises AttestorError."""
        try:
            key = serialization.load_pem_public_key(public_key.read_bytes())
        except (OSError, ValueError) as error:
            message = f"the public key {public_key} cannot be used: {error}"
            raise AttestorError(message) from error
        if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
            raise AttestorError(f"the public key {public_key} is no P-256 key")
        self._key = key
        self._uri = uri
        try:
            self._signer = Signer.from_priv_key_uri(uri, SSlibKey.from_crypto(key))
        except _FAILURES as error:
            raise self._unreachable(error) from error
        self._sign(_PROBE)

    def attest(self, statement: bytes) -> bytes:
        """Sign a statement. Raises AttestorError."""
        return envelope.signed(statement, self._key, self._sign, envelope.cosign_name)

    def public_key(self) -> bytes:
        """Give the public key in PEM."""
        return envelope.pem(self._key)

    def _sign(self, content: bytes) -> bytes:
        try:
            signature = bytes.fromhex(self._signer.sign(content).signature)
        except _FAILURES as error:
            raise self._unreachable(error) from error
        try:
            self._key.verify(signature, content, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature as error:
            message = f"the key {self._uri} is not the one whose public key was given"
            raise AttestorError(message) from error
        return signature

    def _unreachable(self, error: Exception) -> AttestorError:
        reason = f"{type(error).__name__}: {error}"
        return AttestorError(f"the key {self._uri} cannot sign", detail=reason)
