"""What a private sigstore needs beyond the demo's: a timestamp authority and Rekor v2."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

import rfc8785
from asn1crypto import cms, core, tsp  # type: ignore[import-untyped] # it has no types
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.demo.certificate_authority import CertificateAuthority, der
from app.demo.transparency_log import (
    ECDSA_SHA256,
    CertificateLog,
    audit_path,
    b64,
    merkle_root,
    sha256,
    utc_text,
)

SHA256 = {"algorithm": "sha256"}


class TimestampAuthority:
    """Signs RFC 3161 timestamps."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._key = ec.generate_private_key(ec.SECP256R1())
        root_key = ec.generate_private_key(ec.SECP384R1())
        self.root = _certificate("tsa root", root_key.public_key(), "tsa root", root_key, start)
        self.leaf = _certificate("tsa", self._key.public_key(), "tsa root", root_key, start)

    def stamp(self, content: bytes, at: datetime) -> bytes:
        """Say that the content existed at this time."""
        at = at.replace(microsecond=0)
        info = _info(content, at)
        encapsulated = {
            "content_type": "tst_info",
            "content": core.ParsableOctetString(info),
        }
        signed = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [SHA256],
                "encap_content_info": encapsulated,
                "certificates": [asn1_x509.Certificate.load(der(self.leaf))],
                "signer_infos": [self._signer(self._attributes(info, at))],
            }
        )
        token = {"content_type": "signed_data", "content": signed}
        response = {"status": {"status": "granted"}, "time_stamp_token": token}
        stamped: bytes = tsp.TimeStampResp(response).dump()
        return stamped

    def _attributes(self, info: bytes, at: datetime) -> cms.CMSAttributes:
        certificate_id = tsp.ESSCertIDv2(
            {"hash_algorithm": SHA256, "cert_hash": sha256(der(self.leaf))}
        )
        signing_certificate = tsp.SigningCertificateV2({"certs": [certificate_id]})
        return cms.CMSAttributes(
            [
                {"type": "content_type", "values": ["tst_info"]},
                {"type": "signing_time", "values": [cms.Time({"utc_time": at})]},
                {"type": "message_digest", "values": [sha256(info)]},
                {"type": "signing_certificate_v2", "values": [signing_certificate]},
            ]
        )

    def _signer(self, attributes: cms.CMSAttributes) -> cms.SignerInfo:
        leaf = asn1_x509.Certificate.load(der(self.leaf))
        number = {"issuer": leaf.issuer, "serial_number": leaf.serial_number}
        return cms.SignerInfo(
            {
                "version": "v1",
                "sid": {"issuer_and_serial_number": number},
                "digest_algorithm": SHA256,
                "signed_attrs": attributes,
                "signature_algorithm": {"algorithm": "sha256_ecdsa"},
                "signature": self._key.sign(attributes.dump(), ECDSA_SHA256),
            }
        )

    def entry(self) -> dict[str, Any]:
        """Describe the authority for a trusted root."""
        return {
            "subject": {"organization": "demo.invalid", "commonName": "tsa root"},
            "uri": "https://tsa.demo.invalid",
            "certChain": {
                "certificates": [{"rawBytes": b64(der(c))} for c in (self.leaf, self.root)]
            },
            "validFor": {"start": utc_text(self._start)},
        }


class SecondLog:
    """A log as Rekor v2 keeps it: Ed25519, a checkpoint, no time and no promise."""

    def __init__(self, origin: str = "rekor2.demo.invalid") -> None:
        self._origin = origin
        self._key = ed25519.Ed25519PrivateKey.generate()
        raw = self._key.public_key().public_bytes_raw()
        self.id = sha256(origin.encode() + b"\n\x01" + raw)
        self._leaves = [sha256(secrets.token_bytes(8)) for _ in range(3)]

    def add(self, body: dict[str, Any]) -> dict[str, Any]:
        """Log an entry; give it back as it stands in a bundle."""
        content = rfc8785.dumps(body)
        self._leaves.append(sha256(b"\x00" + content))
        index, size, root = len(self._leaves) - 1, len(self._leaves), merkle_root(self._leaves)
        note = f"{self._origin}\n{size}\n{b64(root)}\n"
        signature = b64(self.id[:4] + self._key.sign(note.encode()))
        return {
            "logIndex": str(index),
            "logId": {"keyId": b64(self.id)},
            "kindVersion": {"kind": body["kind"], "version": body["apiVersion"]},
            "inclusionProof": {
                "logIndex": str(index),
                "rootHash": b64(root),
                "treeSize": str(size),
                "hashes": [b64(step) for step in audit_path(index, self._leaves)],
                "checkpoint": {"envelope": f"{note}\n\u2014 {self._origin} {signature}\n"},
            },
            "canonicalizedBody": b64(content),
        }

    def instance(self, start: datetime) -> dict[str, Any]:
        """Describe the log for a trusted root."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        key = self._key.public_key().public_bytes(serialization.Encoding.DER, form)
        return {
            "baseUrl": "https://rekor2.demo.invalid",
            "hashAlgorithm": "SHA2_256",
            "publicKey": {
                "rawBytes": b64(key),
                "keyDetails": "PKIX_ED25519",
                "validFor": {"start": utc_text(start)},
            },
            "logId": {"keyId": b64(self.id)},
        }


class UnloggedAuthority(CertificateAuthority):
    """Issues certificates that are in no log, as GitHub does for private repositories."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start, _NoLog())


class _NoLog(CertificateLog):
    def stamp(
        self,
        leaf: x509.CertificateBuilder,
        issuer: ec.EllipticCurvePrivateKey,  # noqa: ARG002 - the signature of what it replaces
        at: datetime,  # noqa: ARG002 - likewise
    ) -> x509.CertificateBuilder:
        return leaf


def _certificate(
    name: str,
    key: ec.EllipticCurvePublicKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    start: datetime,
) -> x509.Certificate:
    is_root = name == issuer
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3650))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )
    if is_root:
        builder = builder.add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
    else:
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(authority, critical=False)
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(issuer_key, hashes.SHA384())


def _info(content: bytes, at: datetime) -> bytes:
    info: bytes = tsp.TSTInfo(
        {
            "version": "v1",
            "policy": "1.3.6.1.4.1.57264.2",
            "message_imprint": {"hash_algorithm": SHA256, "hashed_message": sha256(content)},
            "serial_number": secrets.randbits(62),
            "gen_time": at,
            "ordering": False,
        }
    ).dump()
    return info
