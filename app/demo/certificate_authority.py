"""The certificate authority of a private sigstore: short-lived certificates that name a signer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.adapters.signatures.certificate_claims import ARC, LAST_RAW, NUMBERS
from app.demo.transparency_log import CertificateLog, b64, utc_text

ORGANIZATION = "demo.invalid"
AUTHORITY_LIFETIME = timedelta(days=3650)
LEAF_LIFETIME = timedelta(minutes=10)


class CertificateAuthority:
    """A root and an intermediate that issue as Fulcio does, every certificate logged."""

    def __init__(self, start: datetime, log: CertificateLog) -> None:
        self._start = start
        self.log = log
        root_key = ec.generate_private_key(ec.SECP384R1())
        self._key = ec.generate_private_key(ec.SECP384R1())
        root_builder = _authority("demo root", root_key, start, path_length=None)
        self.root = root_builder.issuer_name(_name("demo root")).sign(root_key, hashes.SHA384())
        self.intermediate = (
            _authority("demo intermediate", self._key, start, path_length=0)
            .issuer_name(self.root.subject)
            .add_extension(_issued_by(root_key), critical=False)
            .sign(root_key, hashes.SHA384())
        )

    def issue(
        self,
        key: ec.EllipticCurvePublicKey,
        identity: str,
        claims: Mapping[str, str],
        at: datetime,
    ) -> x509.Certificate:
        """Certify that the key belongs to an identity (URI or e-mail address) with its claims."""
        leaf = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(self.intermediate.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(at)
            .not_valid_after(at + LEAF_LIFETIME)
            .add_extension(_key_usage(signs_content=True), critical=True)
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(_issued_by(self._key), critical=False)
            .add_extension(x509.SubjectAlternativeName([_general_name(identity)]), critical=True)
        )
        for name, value in claims.items():
            leaf = leaf.add_extension(_claim(NUMBERS[name], value), critical=False)
        return self.log.stamp(leaf, self._key, at).sign(self._key, hashes.SHA384())

    def entry(self) -> dict[str, Any]:
        """Describe the authority for a trusted root."""
        chain = [self.intermediate, self.root]
        return {
            "subject": {"organization": ORGANIZATION, "commonName": "demo root"},
            "uri": "https://fulcio.demo.invalid",
            "certChain": {"certificates": [{"rawBytes": b64(der(c))} for c in chain]},
            "validFor": {"start": utc_text(self._start)},
        }


def der(certificate: x509.Certificate) -> bytes:
    """Write a certificate as DER."""
    return certificate.public_bytes(serialization.Encoding.DER)


def pem(certificate: x509.Certificate) -> bytes:
    """Write a certificate as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def _authority(
    common_name: str, key: ec.EllipticCurvePrivateKey, start: datetime, path_length: int | None
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(common_name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(_key_usage(signs_content=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _issued_by(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _key_usage(*, signs_content: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs_content,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not signs_content,
        crl_sign=not signs_content,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(identity: str) -> x509.GeneralName:
    if "://" in identity:
        return x509.UniformResourceIdentifier(identity)
    return x509.RFC822Name(identity)


def _claim(number: int, value: str) -> x509.UnrecognizedExtension:
    content = value.encode() if number <= LAST_RAW else asn1.encode_der(value)
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(f"{ARC}{number}"), content)
