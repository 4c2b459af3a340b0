"""DSSE envelopes in sigstore bundles, as every verifier of key-signed bundles takes them.

The bundle names its key by the digest of it (`publicKey.hint`, as cosign writes it), and
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
    statement: bytes, key: ec.EllipticCurvePublicKey, sign: Callable[[bytes], bytes]
) -> bytes:
    """Sign a statement and put it into a bundle."""
    kind = PAYLOAD_TYPE.encode()
    encoded = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(statement), statement)
    return canonical_json(
        {
            "mediaType": BUNDLE,
            "verificationMaterial": {"publicKey": {"hint": hint(key)}, "tlogEntries": []},
            "dsseEnvelope": {
                "payload": _base64(statement),
                "payloadType": PAYLOAD_TYPE,
                "signatures": [{"sig": _base64(sign(encoded))}],
            },
        }
    )


def hint(key: ec.EllipticCurvePublicKey) -> str:
    """Name a key by the digest of its DER form."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return _base64(hashlib.sha256(key.public_bytes(serialization.Encoding.DER, form)).digest())


def pem(key: ec.EllipticCurvePublicKey) -> bytes:
    """Write a public key for those who verify."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
