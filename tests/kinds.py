"""Every kind of bundle that signers have made, put together from a private sigstore."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from app.demo.certificate_authority import der, pem
from app.demo.private_sigstore import IN_TOTO, PrivateSigstore, pre_authentication_encoding
from app.demo.transparency_log import b64, sha256
from tests.signing import AT, CLAIMS, IDENTITY, START, a_sigstore
from tests.timestamps import SecondLog, TimestampAuthority

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
LOGGED = AT + timedelta(seconds=5)
OLD = "application/vnd.dev.sigstore.bundle+json;version=0.1"
NEW = "application/vnd.dev.sigstore.bundle.v0.3+json"
PAYLOAD = b'{"_type": "https://in-toto.io/Statement/v1"}'


@dataclass
class Kinds:
    """A private sigstore with everything that a public one has."""

    sigstore: PrivateSigstore = field(default_factory=a_sigstore)
    stamps: TimestampAuthority = field(default_factory=lambda: TimestampAuthority(START))
    second: SecondLog = field(default_factory=SecondLog)

    def trusted_root(self) -> dict[str, Any]:
        """Describe it to those who are to trust it."""
        root = self.sigstore.trusted_root()
        root["tlogs"].append(self.second.instance(START))
        root["timestampAuthorities"] = [self.stamps.entry()]
        return root

    def bundle(  # noqa: PLR0913 - each is what makes a kind
        self,
        kind: str,
        *,
        key: PrivateKey | None = None,
        certificate: x509.Certificate | None = None,
        bare: bool = False,
        stamped: bool = False,
        promised_only: bool = False,
        content: bytes = b"weights",
    ) -> bytes:
        """Sign a file (hashedrekord) or a payload, with an entry of this kind, or none."""
        is_file = kind.startswith("hashedrekord") and not kind.endswith("/dsse")
        key = key or ec.generate_private_key(ec.SECP256R1())
        signed = content if is_file else pre_authentication_encoding(IN_TOTO, PAYLOAD)
        signature = sign(key, signed)
        if certificate is None and not bare:
            certificate = self.certify(key)
        entry = self._entry(kind.removesuffix("/dsse"), signed, signature, certificate or key)
        if promised_only and entry is not None:
            del entry["inclusionProof"]
        document: dict[str, Any] = {
            "mediaType": OLD if promised_only else NEW,
            "verificationMaterial": {"tlogEntries": [entry] if entry is not None else []},
        }
        material = document["verificationMaterial"]
        if certificate is None:
            material["publicKey"] = {"hint": "release key"}
        else:
            material["certificate"] = {"rawBytes": b64(der(certificate))}
        if stamped:
            stamp = {"signedTimestamp": b64(self.stamps.stamp(signature, LOGGED))}
            material["timestampVerificationData"] = {"rfc3161Timestamps": [stamp]}
        if is_file:
            digest = {"algorithm": "SHA2_256", "digest": b64(sha256(content))}
            document["messageSignature"] = {"messageDigest": digest, "signature": b64(signature)}
        else:
            document["dsseEnvelope"] = {
                "payload": b64(PAYLOAD),
                "payloadType": IN_TOTO,
                "signatures": [{"sig": b64(signature)}],
            }
        return json.dumps(document).encode()

    def certify(self, key: PrivateKey) -> x509.Certificate:
        """Issue a certificate for a key of any kind."""
        public: Any = key.public_key()
        return self.sigstore.authority.issue(public, IDENTITY, CLAIMS, AT)

    def _entry(
        self, kind: str, signed: bytes, signature: bytes, signer: x509.Certificate | PrivateKey
    ) -> dict[str, Any] | None:
        if kind == "none":
            return None
        name, _, version = kind.partition("/")
        spec = SPECS[kind](signed, signature, signer)
        body = {"kind": name, "apiVersion": version, "spec": spec}
        if kind == "hashedrekord/0.0.2":
            return self.second.add(body)
        return self.sigstore.signature_log.add(body, LOGGED)


def sign(key: PrivateKey, content: bytes) -> bytes:
    """Sign as the clients of sigstore do: over sha256, whatever the curve."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(content)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(content, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(sha256(content), ec.ECDSA(Prehashed(hashes.SHA256())))


def public_pem(key: PrivateKey) -> bytes:
    """Write the public key as PEM."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form)


def _pem(signer: x509.Certificate | PrivateKey) -> str:
    return b64(pem(signer) if isinstance(signer, x509.Certificate) else public_pem(signer))


def _hash(content: bytes) -> dict[str, str]:
    return {"algorithm": "sha256", "value": hashlib.sha256(content).hexdigest()}


def _hashedrekord_1(signed: bytes, signature: bytes, signer: Any) -> dict[str, Any]:
    return {
        "data": {"hash": _hash(signed)},
        "signature": {"content": b64(signature), "publicKey": {"content": _pem(signer)}},
    }


def _hashedrekord_2(signed: bytes, signature: bytes, signer: Any) -> dict[str, Any]:
    if isinstance(signer, x509.Certificate):
        verifier: dict[str, Any] = {"x509Certificate": {"rawBytes": b64(der(signer))}}
    else:
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        raw = signer.public_key().public_bytes(serialization.Encoding.DER, form)
        verifier = {"publicKey": {"rawBytes": b64(raw)}}
    verifier["keyDetails"] = "PKIX_ECDSA_P256_SHA_256"
    return {
        "hashedRekordV002": {
            "data": {"algorithm": "SHA2_256", "digest": b64(sha256(signed))},
            "signature": {"content": b64(signature), "verifier": verifier},
        }
    }


def _dsse_1(_: bytes, signature: bytes, signer: Any) -> dict[str, Any]:
    return {
        "envelopeHash": _hash(b"not canonical, so not checked"),
        "payloadHash": _hash(PAYLOAD),
        "signatures": [{"signature": b64(signature), "verifier": _pem(signer)}],
    }


def _intoto_1(_: bytes, signature: bytes, signer: Any) -> dict[str, Any]:  # noqa: ARG001 - likewise
    return {
        "content": {"hash": _hash(b"envelope"), "payloadHash": _hash(PAYLOAD)},
        "publicKey": _pem(signer),
    }


def _intoto_2(_: bytes, signature: bytes, signer: Any) -> dict[str, Any]:
    twice = b64(b64(signature).encode())
    return {
        "content": {
            "envelope": {
                "payloadType": IN_TOTO,
                "signatures": [{"publicKey": _pem(signer), "sig": twice}],
            },
            "hash": _hash(b"envelope"),
            "payloadHash": _hash(PAYLOAD),
        }
    }


SPECS = {
    "hashedrekord/0.0.1": _hashedrekord_1,
    "hashedrekord/0.0.2": _hashedrekord_2,
    "dsse/0.0.1": _dsse_1,
    "intoto/0.0.1": _intoto_1,
    "intoto/0.0.2": _intoto_2,
}
