"""A private sigstore in one process: it signs files, models and statements, offline.

It is the whole chain of a real one (certificate authority, certificate log, signature
log), with keys that live as long as the object does. It signs and never verifies:
verification is the adapter's, and knows this sigstore only by its trusted root.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import rfc8785
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from app.demo.certificate_authority import CertificateAuthority, der, pem
from app.demo.transparency_log import ECDSA_SHA256, CertificateLog, SignatureLog, b64
from app.domain.attestations.model_statement import model_statement
from app.domain.canonical import canonical_json
from app.domain.digest import Digest
from app.domain.release import File

BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
TRUSTED_ROOT = "application/vnd.dev.sigstore.trustedroot+json;version=0.1"
IN_TOTO = "application/vnd.in-toto+json"
LOGGED_AFTER = timedelta(seconds=5)


class PrivateSigstore:
    """Signs in the name of any identity, at the time it is told."""

    def __init__(self, start: datetime) -> None:
        """Found a sigstore whose authorities and keys are valid from `start` on."""
        self._start = start
        self.certificate_log = CertificateLog()
        self.signature_log = SignatureLog()
        self.authority = CertificateAuthority(start, self.certificate_log)

    def trusted_root(self) -> dict[str, Any]:
        """Describe this sigstore to those who are to trust it."""
        return {
            "mediaType": TRUSTED_ROOT,
            "tlogs": [self.signature_log.instance(self._start)],
            "certificateAuthorities": [self.authority.entry()],
            "ctlogs": [self.certificate_log.instance(self._start)],
            "timestampAuthorities": [],
        }

    def sign_digest(
        self, digest: Digest, identity: str, claims: Mapping[str, str], at: datetime
    ) -> bytes:
        """Sign one file by its digest; the bundle is for `messageSignature`."""
        key, certificate = self._certified(identity, claims, at)
        raw = bytes.fromhex(digest)
        signature = key.sign(raw, ec.ECDSA(Prehashed(hashes.SHA256())))
        entry = self.signature_log.add(
            _hashedrekord(digest, signature, certificate), at + LOGGED_AFTER
        )
        return _bundle(
            certificate,
            entry,
            messageSignature={
                "messageDigest": {"algorithm": "SHA2_256", "digest": b64(raw)},
                "signature": b64(signature),
            },
        )

    def sign_model(  # noqa: PLR0913, PLR0917 - what a model signature states, by name
        self,
        files: Sequence[File],
        name: str,
        identity: str,
        claims: Mapping[str, str],
        at: datetime,
        ignore_paths: Sequence[str] = (),
    ) -> bytes:
        """Sign a model's files as OpenSSF Model Signing v1.0 does: by a manifest of digests."""
        statement = model_statement(files, name, ignore_paths)
        return self.sign_statement(canonical_json(statement), identity, claims, at)

    def sign_statement(
        self, statement: bytes, identity: str, claims: Mapping[str, str], at: datetime
    ) -> bytes:
        """Sign an in-toto statement in a DSSE envelope."""
        return self.sign_payload(IN_TOTO, statement, identity, claims, at)

    def sign_payload(
        self,
        payload_type: str,
        payload: bytes,
        identity: str,
        claims: Mapping[str, str],
        at: datetime,
    ) -> bytes:
        """Sign any payload in a DSSE envelope."""
        key, certificate = self._certified(identity, claims, at)
        signature = key.sign(pre_authentication_encoding(payload_type, payload), ECDSA_SHA256)
        envelope = {
            "payload": b64(payload),
            "payloadType": payload_type,
            "signatures": [{"sig": b64(signature)}],
        }
        entry = self.signature_log.add(_dsse(envelope, certificate), at + LOGGED_AFTER)
        return _bundle(certificate, entry, dsseEnvelope=envelope)

    def _certified(
        self, identity: str, claims: Mapping[str, str], at: datetime
    ) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        key = ec.generate_private_key(ec.SECP256R1())
        return key, self.authority.issue(key.public_key(), identity, claims, at)


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """Encode what a DSSE signature signs (DSSE v1, `PAE`)."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def _bundle(certificate: x509.Certificate, entry: dict[str, Any], **content: object) -> bytes:
    material = {"certificate": {"rawBytes": b64(der(certificate))}, "tlogEntries": [entry]}
    return canonical_json({"mediaType": BUNDLE, "verificationMaterial": material, **content})


def _hashedrekord(
    digest: Digest, signature: bytes, certificate: x509.Certificate
) -> dict[str, Any]:
    return {
        "apiVersion": "0.0.1",
        "kind": "hashedrekord",
        "spec": {
            "data": {"hash": {"algorithm": "sha256", "value": str(digest)}},
            "signature": {
                "content": b64(signature),
                "publicKey": {"content": b64(pem(certificate))},
            },
        },
    }


def _dsse(envelope: dict[str, Any], certificate: x509.Certificate) -> dict[str, Any]:
    payload = base64.b64decode(envelope["payload"])
    signature = envelope["signatures"][0]["sig"]
    return {
        "apiVersion": "0.0.1",
        "kind": "dsse",
        "spec": {
            "envelopeHash": _sha256(rfc8785.dumps(envelope)),
            "payloadHash": _sha256(payload),
            "signatures": [{"signature": signature, "verifier": b64(pem(certificate))}],
        },
    }


def _sha256(content: bytes) -> dict[str, str]:
    return {"algorithm": "sha256", "value": hashlib.sha256(content).hexdigest()}
