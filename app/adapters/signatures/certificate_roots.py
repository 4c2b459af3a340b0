"""Bundles signed with a certificate that leads to a pinned root, outside of any sigstore.

(1) the chain leads to a pinned root, by the certificates in the bundle
(2) every certificate of it is valid now: nothing else says when this was signed
(3) the certificate is for signing code
(4) it made the signature
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID

from app.adapters.signatures import authenticated
from app.adapters.signatures.authenticated import Authenticated
from app.adapters.signatures.bundles import public_key
from app.adapters.signatures.bundles.bundle import Bundle
from app.adapters.signatures.bundles.refusal import RefusalError
from app.adapters.signatures.trusted_roots import CertificateDomain
from app.domain.digest import Digest
from app.domain.finding import Signer

_DEEPEST = 8


def authenticate(
    bundle: Bundle, digest: Digest | None, domains: Sequence[CertificateDomain], now: datetime
) -> Authenticated:
    """Verify a bundle by pinned root certificates. Raises RefusalError."""
    leaf, *others = [x509.load_der_x509_certificate(raw) for raw in bundle.certificates]
    if bundle.entries or bundle.timestamps:
        message = "log entries and timestamps of a bundle need the trusted root of a sigstore"
        raise RefusalError("signature_log_unknown", message)
    domain, root = _root(leaf, others, domains, now)  # (1) and (2)
    _must_sign_code(leaf)  # (3)
    about = authenticated.stated(bundle.content, digest)
    key = public_key.checked(leaf.public_key())
    if not authenticated.is_signed(key, bundle.content, about):  # (4)
        raise RefusalError("signature_invalid", "the certificate did not make this signature")
    return authenticated.found(_signer(domain, root, leaf), [], about, [], is_lasting=False)


def _root(
    leaf: x509.Certificate,
    others: list[x509.Certificate],
    domains: Sequence[CertificateDomain],
    now: datetime,
) -> tuple[CertificateDomain, x509.Certificate]:
    reasons: list[str] = []
    for domain in domains:
        try:
            chain = _verifier(domain, now).verify(leaf, others).chain
        except verification.VerificationError as error:
            reasons.append(str(error))
        else:
            return domain, chain[-1]
    message = f"the certificate does not lead to a pinned root that is valid now: {reasons[-1]}"
    raise RefusalError("certificate_not_valid", message)


def _verifier(domain: CertificateDomain, now: datetime) -> verification.ClientVerifier:
    # Private authorities seldom keep the web's profile, so only what a chain rests on is
    # demanded: each issuer is an authority that may sign certificates.
    agnostic = verification.Criticality.AGNOSTIC
    authorities = (
        verification.ExtensionPolicy.permit_all()
        .require_present(x509.BasicConstraints, agnostic, _must_be_authority)
        .may_be_present(x509.KeyUsage, agnostic, _must_sign_certificates)
    )
    return (
        verification.PolicyBuilder()
        .store(verification.Store(list(domain.roots)))
        .time(now)
        .max_chain_depth(_DEEPEST)
        .extension_policies(
            ca_policy=authorities, ee_policy=verification.ExtensionPolicy.permit_all()
        )
        .build_client_verifier()
    )


def _must_be_authority(
    _policy: verification.Policy, _certificate: x509.Certificate, value: x509.BasicConstraints
) -> None:
    if not value.ca:
        raise ValueError("an issuer in the chain is no certificate authority")


def _must_sign_certificates(
    _policy: verification.Policy, _certificate: x509.Certificate, value: x509.KeyUsage | None
) -> None:
    if value is not None and not value.key_cert_sign:
        raise ValueError("an issuer in the chain may not sign certificates")


def _must_sign_code(leaf: x509.Certificate) -> None:
    usage = purposes = None
    for extension in leaf.extensions:
        match extension.value:
            case x509.KeyUsage() as value:
                usage = value.digital_signature
            case x509.ExtendedKeyUsage() as value:
                purposes = ExtendedKeyUsageOID.CODE_SIGNING in value
    # Each restricts if it is there, and one of them must be there.
    if usage is False or purposes is False or (usage is None and purposes is None):
        raise RefusalError("certificate_not_valid", "the certificate is not for signing code")


def _signer(domain: CertificateDomain, root: x509.Certificate, leaf: x509.Certificate) -> Signer:
    subject = leaf.subject.rfc4514_string()
    if not subject:
        raise RefusalError("identity_missing", "the certificate names no subject")
    return Signer(
        trust_domain=domain.name,
        trust_root_sha256=domain.sha256,
        issuer=root.subject.rfc4514_string(),
        identity_type="subject",
        identity=subject,
        claims={"certificate_sha256": leaf.fingerprint(hashes.SHA256()).hex()},
    )
