"""DSSE envelopes in sigstore bundles, as every verifier of key-signed bundles takes them.

The bundle names its key by the digest of it (`publicKey.hint`), and
never carries the key: whoever verifies has to know it already.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.domain.canonical import canonical_json

BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
PAYLOAD_TYPE = "application/vnd.in-toto+json"


def signed(
    statement: bytes,
    key: ec.EllipticCurvePublicKey,
    sign: Callable[[bytes], bytes],
    name: Callable[[ec.EllipticCurvePublicKey], str],
) -> bytes:
    """Sign a statement and put it into a bundle; `name` gives the hint of the key."""
    kind = PAYLOAD_TYPE.encode()
    encoded = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(statement), statement)
    return canonical_json(
        {
            "mediaType": BUNDLE,
            "verificationMaterial": {"publicKey": {"hint": name(key)}, "tlogEntries": []},
            "dsseEnvelope": {
                "payload": _base64(statement),
                "payloadType": PAYLOAD_TYPE,
                "signatures": [{"sig": _base64(sign(encoded))}],
            },
        }
    )


def cosign_name(key: ec.EllipticCurvePublicKey) -> str:
    """Name a key as cosign does: by the digest of its DER form, in base64."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return _base64(hashlib.sha256(key.public_bytes(serialization.Encoding.DER, form)).digest())


def model_signing_name(key: ec.EllipticCurvePublicKey) -> str:
    """Name a key as model signing does: by the digest of its PEM form, in hexadecimal."""
    return hashlib.sha256(pem(key)).hexdigest()


def pem(key: ec.EllipticCurvePublicKey) -> bytes:
    """Write a public key for those who verify."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
