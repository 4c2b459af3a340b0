"""The two logs of a private sigstore: certificates in one, signatures in the other."""

from __future__ import annotations

import base64
import hashlib
import secrets
import struct
from datetime import UTC, datetime
from typing import Any

import rfc8785
from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

ECDSA_SHA256 = ec.ECDSA(hashes.SHA256())
OTHER_LEAVES = 3
"""Entries of others that a new log starts with, so that inclusion proofs are not empty."""
INDEX_OFFSET = 1000
"""A sharded Rekor counts entries over all shards, and in the proof only those of its own."""
_SCT_EXTENSION = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")


class CertificateLog:
    """A certificate transparency log (RFC 6962), as far as it signs timestamps."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.id = sha256(spki(self._key.public_key()))

    def stamp(
        self, leaf: x509.CertificateBuilder, issuer: ec.EllipticCurvePrivateKey, at: datetime
    ) -> x509.CertificateBuilder:
        """Add the signed timestamp (RFC 6962 section 3.3) as the last extension of a leaf."""
        tbs = leaf.sign(issuer, hashes.SHA384()).tbs_certificate_bytes
        milliseconds = int(at.timestamp() * 1000)
        signed = struct.pack("!BBQH", 0, 0, milliseconds, 1) + sha256(spki(issuer.public_key()))
        signed += len(tbs).to_bytes(3, "big") + tbs + b"\x00\x00"
        signature = self._key.sign(signed, ECDSA_SHA256)
        sct = b"\x00" + self.id + struct.pack("!QH", milliseconds, 0) + b"\x04\x03"
        sct += struct.pack("!H", len(signature)) + signature
        listed = struct.pack("!HH", len(sct) + 2, len(sct)) + sct
        extension = x509.UnrecognizedExtension(_SCT_EXTENSION, asn1.encode_der(listed))
        return leaf.add_extension(extension, critical=False)

    def instance(self, start: datetime) -> dict[str, Any]:
        """Describe the log for a trusted root."""
        return _instance("https://ct.demo.invalid", self._key.public_key(), self.id, start)


class SignatureLog:
    """A transparency log of signatures, as Rekor v1 keeps it: promise, proof and checkpoint."""

    def __init__(self, origin: str = "rekor.demo.invalid - 42") -> None:
        self._origin = origin
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.id = sha256(spki(self._key.public_key()))
        self._leaves = [sha256(b"\x00" + secrets.token_bytes(8)) for _ in range(OTHER_LEAVES)]

    def add(self, body: dict[str, Any], at: datetime) -> dict[str, Any]:
        """Log an entry; give it back as it stands in a bundle."""
        content = rfc8785.dumps(body)
        self._leaves.append(sha256(b"\x00" + content))
        index = len(self._leaves) - 1
        seconds = int(at.timestamp())
        promise: dict[str, str | int] = {
            "body": b64(content),
            "integratedTime": seconds,
            "logID": self.id.hex(),
            "logIndex": index + INDEX_OFFSET,
        }
        signed_promise = self._key.sign(rfc8785.dumps(promise), ECDSA_SHA256)
        return {
            "logIndex": str(index + INDEX_OFFSET),
            "logId": {"keyId": b64(self.id)},
            "kindVersion": {"kind": body["kind"], "version": body["apiVersion"]},
            "integratedTime": str(seconds),
            "inclusionPromise": {"signedEntryTimestamp": b64(signed_promise)},
            "inclusionProof": self._proof(index),
            "canonicalizedBody": b64(content),
        }

    def instance(self, start: datetime) -> dict[str, Any]:
        """Describe the log for a trusted root."""
        return _instance("https://rekor.demo.invalid", self._key.public_key(), self.id, start)

    def _proof(self, index: int) -> dict[str, Any]:
        size, root = len(self._leaves), merkle_root(self._leaves)
        note = f"{self._origin}\n{size}\n{b64(root)}\n"
        signature = self.id[:4] + self._key.sign(note.encode(), ECDSA_SHA256)
        name = self._origin.partition(" ")[0]
        return {
            "logIndex": str(index),
            "rootHash": b64(root),
            "treeSize": str(size),
            "hashes": [b64(step) for step in audit_path(index, self._leaves)],
            "checkpoint": {"envelope": f"{note}\n\u2014 {name} {b64(signature)}\n"},
        }


def merkle_root(leaves: list[bytes]) -> bytes:
    """Hash a list of leaf hashes to its root (RFC 6962 section 2.1)."""
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return sha256(b"\x01" + merkle_root(leaves[:split]) + merkle_root(leaves[split:]))


def audit_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """List the hashes that lead from a leaf to the root (RFC 6962 section 2.1.1)."""
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*audit_path(index, leaves[:split]), merkle_root(leaves[split:])]
    return [*audit_path(index - split, leaves[split:]), merkle_root(leaves[:split])]


def b64(content: bytes) -> str:
    """Write bytes as base64 text."""
    return base64.b64encode(content).decode()


def sha256(content: bytes) -> bytes:
    """Digest bytes to bytes."""
    return hashlib.sha256(content).digest()


def spki(key: ec.EllipticCurvePublicKey) -> bytes:
    """Write a public key as DER SubjectPublicKeyInfo."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.DER, form)


def utc_text(time: datetime) -> str:
    """Write a time as a trusted root states it."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _split(size: int) -> int:
    return 1 << (size - 1).bit_length() - 1


def _instance(
    url: str, key: ec.EllipticCurvePublicKey, log_id: bytes, start: datetime
) -> dict[str, Any]:
    return {
        "baseUrl": url,
        "hashAlgorithm": "SHA2_256",
        "publicKey": {
            "rawBytes": b64(spki(key)),
            "keyDetails": "PKIX_ECDSA_P256_SHA_256",
            "validFor": {"start": utc_text(start)},
        },
        "logId": {"keyId": b64(log_id)},
    }
