"""Public keys, and the signatures that each kind of key can make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

Key = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey
SMALLEST_RSA = 2048
_SHA256: hashes.HashAlgorithm = hashes.SHA256()
CURVES: dict[str, hashes.HashAlgorithm] = {
    "secp256r1": _SHA256,
    "secp384r1": hashes.SHA384(),
    "secp521r1": hashes.SHA512(),
}
"""The curves that may sign, each with the hash that goes with it (sigstore algorithm registry)."""


@dataclass(frozen=True, slots=True)
class LogKey:
    """The key of a transparency log."""

    key: Key

    def verifies(self, signature: bytes, content: bytes) -> bool:
        """Tell whether the log signed this content."""
        return signed_content(self.key, signature, content)


def load(content: bytes) -> Key:
    """Read a PEM public key. Raises ValueError for a key that may not sign."""
    try:
        return checked(serialization.load_pem_public_key(content))
    except UnsupportedAlgorithm as error:
        raise ValueError(f"the key is of an unsupported kind: {error}") from error


def checked(key: object) -> Key:
    """Give the key, or raise ValueError for a kind that may not sign."""
    match key:
        case ec.EllipticCurvePublicKey() if key.curve.name in CURVES:
            return key
        case rsa.RSAPublicKey() if key.key_size >= SMALLEST_RSA:
            return key
        case ed25519.Ed25519PublicKey():
            return key
    raise ValueError("only P-256, P-384, P-521, Ed25519 and RSA of 2048 bits or more may sign")


def spki(key: Key) -> bytes:
    """Write a key as DER SubjectPublicKeyInfo: equal keys have equal bytes."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.DER, form)


def signed_content(key: Key, signature: bytes, content: bytes) -> bool:
    """Tell whether the key signed this content.

    With the curve's own hash, or with SHA-256, which sigstore-python uses on every curve.
    """
    if isinstance(key, ec.EllipticCurvePublicKey):
        own = CURVES[key.curve.name]
        choices = [own] if own.name == _SHA256.name else [own, _SHA256]
        return any(_accepts(key, signature, content, choice) for choice in choices)
    return _accepts(key, signature, content, _SHA256)


def own_hash(key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> str:
    """Name the hash that goes with a key."""
    return CURVES[key.curve.name].name if isinstance(key, ec.EllipticCurvePublicKey) else "sha256"


def signed_digest(
    key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    signature: bytes,
    digests: Mapping[str, bytes],
) -> bool:
    """Tell whether the key signed the content with these digests: sha256, and perhaps its own."""
    choices = {_SHA256.name: _SHA256}
    if isinstance(key, ec.EllipticCurvePublicKey):
        choices[own_hash(key)] = CURVES[key.curve.name]
    return any(
        _accepts(key, signature, digests[name], Prehashed(choice))
        for name, choice in choices.items()
        if name in digests
    )


def _accepts(
    key: Key, signature: bytes, content: bytes, algorithm: hashes.HashAlgorithm | Prehashed
) -> bool:
    try:
        match key:
            case ed25519.Ed25519PublicKey():
                key.verify(signature, content)
            case ec.EllipticCurvePublicKey():
                key.verify(signature, content, ec.ECDSA(algorithm))
            case rsa.RSAPublicKey():
                key.verify(signature, content, padding.PKCS1v15(), algorithm)
    except InvalidSignature:
        return False
    return True
