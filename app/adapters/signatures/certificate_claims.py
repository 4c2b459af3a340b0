"""Who a certificate names: its subject alternative name and its Fulcio extensions.

The extensions are those of oid-info.md of sigstore/fulcio. Read a certificate only after
everything about it was verified.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat import asn1

from app.adapters.signatures.bundles.refusal import RefusalError

ARC = "1.3.6.1.4.1.57264.1."
OTHER_NAME = ARC + "7"
LAST_RAW = 6
"""Extensions up to this number hold raw UTF-8; the later ones hold a DER UTF8String."""
NUMBERS: Mapping[str, int] = {
    "issuer_v1": 1,
    "github_workflow_trigger": 2,
    "github_workflow_sha": 3,
    "github_workflow_name": 4,
    "github_workflow_repository": 5,
    "github_workflow_ref": 6,
    "issuer": 8,
    "build_signer_uri": 9,
    "build_signer_digest": 10,
    "runner_environment": 11,
    "source_repository_uri": 12,
    "source_repository_digest": 13,
    "source_repository_ref": 14,
    "source_repository_identifier": 15,
    "source_repository_owner_uri": 16,
    "source_repository_owner_identifier": 17,
    "build_config_uri": 18,
    "build_config_digest": 19,
    "build_trigger": 20,
    "run_invocation_uri": 21,
    "source_repository_visibility": 22,
    "deployment_environment": 23,
}
"""Claim to the last number of its OID."""
_NAMES = {number: name for name, number in NUMBERS.items()}


@dataclass(frozen=True, slots=True)
class Identity:
    """What a certificate says of its holder."""

    issuer: str
    type: str
    """email, uri or other."""
    value: str
    claims: Mapping[str, str]


def identity(certificate: x509.Certificate) -> Identity:
    """Read the one identity of a Fulcio certificate.

    Raises RefusalError if it names no issuer, two issuers, no or several identities, or if
    an extension is not text.
    """
    claims = _claims(certificate)
    kind, value = _alternative_name(certificate)
    return Identity(issuer=_issuer(claims), type=kind, value=value, claims=claims)


def _claims(certificate: x509.Certificate) -> dict[str, str]:
    claims: dict[str, str] = {}
    for extension in certificate.extensions:
        oid = extension.oid.dotted_string
        if oid.startswith(ARC) and isinstance(extension.value, x509.UnrecognizedExtension):
            number = int(oid.removeprefix(ARC).partition(".")[0])
            raw = extension.value.value
            name = _NAMES.get(number, oid) if oid == f"{ARC}{number}" else oid
            try:
                text = raw.decode() if number <= LAST_RAW else asn1.decode_der(str, raw)
            except ValueError as error:
                raise RefusalError("claims_malformed", f"the claim {name} is not text") from error
            claims[name] = text
    return claims


def _issuer(claims: Mapping[str, str]) -> str:
    # A certificate with two issuers would be one signer to a policy that reads the old
    # extension, and another to a policy that reads the new one.
    named = {claims[name] for name in ("issuer_v1", "issuer") if name in claims}
    if len(named) > 1:
        both = " and ".join(repr(name) for name in sorted(named))
        raise RefusalError("issuer_conflict", f"the certificate names two issuers: {both}")
    if not named or named == {""}:
        raise RefusalError("issuer_missing", "the certificate names no issuer")
    return named.pop()


def _alternative_name(certificate: x509.Certificate) -> tuple[str, str]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound as error:
        raise RefusalError("identity_missing", "the certificate names no identity") from error
    names = list(extension.value)
    if len(names) != 1:
        message = f"the certificate names {len(names)} identities, not one"
        raise RefusalError("identity_ambiguous", message)
    match names[0]:
        case x509.RFC822Name(value=value):
            kind = "email"
        case x509.UniformResourceIdentifier(value=value):
            kind = "uri"
        case x509.OtherName(type_id=oid, value=raw) if oid.dotted_string == OTHER_NAME:
            kind, value = "other", _other_name(raw)
        case other:
            message = f"the identity is of an unknown kind: {type(other).__name__}"
            raise RefusalError("identity_unsupported", message)
    if not value:
        raise RefusalError("identity_missing", "the certificate names an empty identity")
    return kind, value


def _other_name(raw: bytes) -> str:
    try:
        return asn1.decode_der(str, raw)
    except ValueError as error:
        raise RefusalError("claims_malformed", "the identity is not text") from error
