"""An Attestor with a key in a KMS, by the URI of any of securesystemslib's signers.

    awskms:<key>   gcpkms:<key>   azurekms://<vault>/<key>   hv:<key>   hsm:<keyid>

Each needs its vendor's library beside the gate, and the public key in PEM, so that a key
that was swapped in the KMS is noticed when the gate starts. A token behind PKCS#11 (`hsm`)
needs its PIN besides.
"""

from __future__ import annotations

import os
import stat
from contextlib import nullcontext
from pathlib import Path
from threading import Lock

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from securesystemslib.signer import (  # type: ignore[attr-defined] # its __init__ exports these
    Signer,
    SSlibKey,
)

from app.adapters.attestations import envelope
from app.domain.errors import AttestorError

_LONGEST_PIN = 1024
_PROBE = b"countersign: is this the key?"


class KMSKey:
    """Signs with a P-256 key that never leaves its KMS."""

    def __init__(self, uri: str, public_key: Path, pin: Path | None = None) -> None:
        """Reach the key, and let it prove itself; `pin` is a file with the PIN of its token.

        Raises AttestorError.
        """
        try:
            key = serialization.load_pem_public_key(public_key.read_bytes())
        except (OSError, ValueError) as error:
            message = f"the public key {public_key} cannot be used: {error}"
            raise AttestorError(message) from error
        if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
            raise AttestorError(f"the public key {public_key} is no P-256 key")
        self._key = key
        self._uri = uri
        # Whoever is logged in to a token is logged in for the whole process (PKCS#11 section
        # 5.6), so two at once would each find the other there.
        self._turn = Lock() if uri.startswith("hsm:") else nullcontext()
        handler = None if pin is None else lambda _secret: _pin(pin)
        try:
            self._signer = Signer.from_priv_key_uri(uri, SSlibKey.from_crypto(key), handler)
        except Exception as error:
            # As below, where it signs.
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
            with self._turn:
                signature = bytes.fromhex(self._signer.sign(content).signature)
        except Exception as error:
            # Each vendor's library raises its own: botocore, pkcs11, hvac, azure, google.
            # Whatever it is, it is no signature.
            raise self._unreachable(error) from error
        try:
            self._key.verify(signature, content, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature as error:
            message = f"the key {self._uri} is not the one whose public key was given"
            raise AttestorError(message) from error
        return signature

    def _unreachable(self, error: Exception) -> AttestorError:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        return AttestorError(f"the key {self._uri} cannot sign: {reason[:200]}", detail=reason)


def _pin(path: Path) -> str:
    # Read for each signature, so that it is not kept in memory longer than that.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, encoding="utf-8") as file:
        if os.fstat(file.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ValueError(f"others than its owner can reach {path} (chmod 600)")
        return file.read(_LONGEST_PIN).removesuffix("\n")
