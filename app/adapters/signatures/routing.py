"""Which trust domain, and which way through it, a bundle has to be verified by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from cryptography import x509

from app.adapters.signatures.bundles.bundle import Bundle
from app.adapters.signatures.bundles.refusal import RefusalError
from app.adapters.signatures.sigstore_parts import Route
from app.adapters.signatures.trusted_roots import SigstoreDomain

_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


@dataclass(frozen=True, slots=True)
class Choice:
    """A route of a trust domain."""

    domain: SigstoreDomain
    route: Route


def issued(leaf: x509.Certificate, domains: Iterable[SigstoreDomain]) -> tuple[Choice, ...]:
    """Find the routes whose authority's name and key id are those of the leaf's issuer."""
    return tuple(
        Choice(domain, route)
        for domain in domains
        for route in domain.routes
        if _may_have_issued(route.authority.chain[0], leaf)
    )


def choose(bundle: Bundle, leaf: x509.Certificate, choices: Sequence[Choice]) -> Sequence[Choice]:
    """Keep the routes that have the very logs which the bundle names.

    Raises RefusalError, naming what no trust domain has, if none is left.
    """
    if not choices:
        issuer = leaf.issuer.rfc4514_string()
        message = f"no trust domain has the authority that issued the certificate: {issuer}"
        raise RefusalError("authority_unknown", message)
    unlogged = [choice for choice in choices if choice.route.logs is None]
    if unlogged:
        # A domain without logs cannot tell what a log entry is worth, so none may stand.
        if bundle.entries:
            raise RefusalError("signature_log_unknown", "the trust domain keeps no log")
        return unlogged
    if len(bundle.entries) != 1:
        message = f"the bundle has {len(bundle.entries)} log entries, not one"
        raise RefusalError("log_entry_missing", message)
    return _of_log(bundle.entries[0].log_id, _of_certificate_log(leaf, choices))


def _of_certificate_log(leaf: x509.Certificate, choices: Iterable[Choice]) -> list[Choice]:
    stamps = _extension(leaf, x509.PrecertificateSignedCertificateTimestamps)
    if stamps is None or len(stamps) != 1:
        message = "the certificate has not exactly one signed certificate timestamp"
        raise RefusalError("certificate_timestamp_missing", message)
    wanted = stamps[0].log_id
    found = [
        choice
        for choice in choices
        if choice.route.logs and choice.route.logs.certificates.id == wanted
    ]
    if not found:
        message = "the certificate is in no certificate log of its trust domain"
        raise RefusalError("certificate_log_unknown", message)
    return found


def _of_log(wanted: bytes, choices: Iterable[Choice]) -> list[Choice]:
    found = [
        choice
        for choice in choices
        if choice.route.logs and choice.route.logs.signatures.id == wanted
    ]
    if not found:
        message = "the signature is in no log of its trust domain"
        raise RefusalError("signature_log_unknown", message)
    return found


def _may_have_issued(issuer: x509.Certificate, leaf: x509.Certificate) -> bool:
    # Names repeat: key ids tell a renewed authority from the one before it. Both are
    # hints that save work; the chain itself is verified later.
    if issuer.subject != leaf.issuer:
        return False
    wanted = _extension(leaf, x509.AuthorityKeyIdentifier)
    held = _extension(issuer, x509.SubjectKeyIdentifier)
    if wanted is None or wanted.key_identifier is None or held is None:
        return True
    return wanted.key_identifier == held.digest


def _extension(certificate: x509.Certificate, kind: type[_Extension]) -> _Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
