"""From a bundle to what its signer signed, by one trust domain alone.

(1) the bundle is one JSON document that every reader reads alike
(2) exactly one trust domain and route: authority, certificate log and signature log
(3) signature, certificate chain, logs and times, by sigstore-python
(4) the keys of the route were valid at every verified time, on both ends
(5) the certificate names one signer
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sigstore.errors import VerificationError
from sigstore.models import Bundle, InvalidBundle

from app.adapters.signatures import certificate_claims, sigstore_parts
from app.adapters.signatures.refusal import RefusalError
from app.adapters.signatures.sigstore_parts import Envelope, Route
from app.adapters.signatures.trusted_roots import TrustDomain
from app.domain.canonical import read_json
from app.domain.digest import Digest
from app.domain.errors import MalformedDocumentError
from app.domain.finding import Signer


@dataclass(frozen=True, slots=True)
class Authenticated:
    """What was signed (a file's digest or an envelope), by whom and when."""

    signer: Signer
    signed_at: datetime
    content: Digest | Envelope


def authenticate(content: bytes, domains: Sequence[TrustDomain]) -> Authenticated:
    """Verify a bundle by whichever trust domain issued its certificate.

    Raises RefusalError for whatever is wrong with the bundle, and nothing else.
    """
    try:
        bundle = _read(content)
        return _first_verified(bundle, list(_choose(bundle, domains)))
    except RefusalError:
        raise
    except VerificationError as error:
        raise RefusalError("signature_invalid", str(error)) from error
    except InvalidBundle as error:
        raise RefusalError("bundle_invalid", str(error)) from error
    except Exception as error:
        # On malformed input sigstore raises ValueError, TypeError, binascii.Error, pydantic's
        # errors and more. Whatever it is, it is no signature.
        message = f"{type(error).__name__}: {error}"
        raise RefusalError("bundle_malformed", message) from error


def _read(content: bytes) -> Bundle:
    try:
        document = read_json(content)  # (1)
    except MalformedDocumentError as error:
        raise RefusalError("bundle_malformed", f"the bundle is {error.message}") from error
    if not isinstance(document, dict):
        raise RefusalError("bundle_malformed", "the bundle is not a JSON object")
    if ("dsseEnvelope" in document) == ("messageSignature" in document):
        message = "the bundle has not exactly one of messageSignature and dsseEnvelope"
        raise RefusalError("bundle_malformed", message)
    material = document.get("verificationMaterial")
    if isinstance(material, dict) and "publicKey" in material:
        raise RefusalError("public_key_unsupported", "the bundle is signed by a bare key")
    return sigstore_parts.read_bundle(content)


def _choose(
    bundle: Bundle, domains: Iterable[TrustDomain]
) -> Iterator[tuple[TrustDomain, Route]]:  # (2)
    certificate_log = sigstore_parts.certificate_log_id(bundle)
    if certificate_log is None:
        message = "the certificate has not exactly one signed certificate timestamp"
        raise RefusalError("certificate_timestamp_missing", message)
    signature_log = sigstore_parts.signature_log_id(bundle)
    issued = [
        (domain, route)
        for domain in domains
        for route in sigstore_parts.candidates(domain.routes, bundle)
    ]
    if not issued:
        issuer = bundle.signing_certificate.issuer.rfc4514_string()
        message = f"no trust domain has the authority that issued the certificate: {issuer}"
        raise RefusalError("authority_unknown", message)
    logged = [(d, route) for d, route in issued if route.certificate_log_id == certificate_log]
    if not logged:
        message = "the certificate is in no certificate log of its trust domain"
        raise RefusalError("certificate_log_unknown", message)
    chosen = [(d, route) for d, route in logged if route.signature_log_id == signature_log]
    if not chosen:
        message = "the signature is in no log of its trust domain"
        raise RefusalError("signature_log_unknown", message)
    yield from chosen


def _first_verified(bundle: Bundle, choices: Sequence[tuple[TrustDomain, Route]]) -> Authenticated:
    # Several routes are left only if a root lists an authority or a log twice, say with
    # two windows. Each is tried whole; the last refusal stands for all.
    *others, last = choices
    for domain, route in others:
        try:
            return _verify(bundle, domain, route)
        except (RefusalError, VerificationError):
            continue
    return _verify(bundle, *last)


def _verify(bundle: Bundle, domain: TrustDomain, route: Route) -> Authenticated:
    content: Digest | Envelope
    if sigstore_parts.has_envelope(bundle):
        times, content = sigstore_parts.verify_envelope(route, bundle)  # (3)
    else:
        content = _stated_digest(bundle)
        times = sigstore_parts.verify_file(route, bundle, content)  # (3)
    _must_be_valid(route, times)  # (4)
    holder = certificate_claims.identity(bundle.signing_certificate)  # (5)
    signer = Signer(
        trust_domain=domain.name,
        trust_root_sha256=domain.sha256,
        issuer=holder.issuer,
        identity_type=holder.type,
        identity=holder.value,
        claims=holder.claims,
    )
    # The signature existed at each of these times, so the earliest is nearest to signing.
    return Authenticated(signer, min(times), content)


def _stated_digest(bundle: Bundle) -> Digest:
    # Verified against the signature right after: a digest that was not signed fails there.
    digest = sigstore_parts.message_digest(bundle)
    if digest is None:
        message = "the bundle does not state the sha256 of the file that it signs"
        raise RefusalError("digest_missing", message)
    return digest


def _must_be_valid(route: Route, times: Iterable[datetime]) -> None:
    windows = {
        "authority_not_valid": ("certificate authority", route.authority),
        "certificate_log_not_valid": ("certificate log's key", route.certificate_log),
        "signature_log_not_valid": ("signature log's key", route.signature_log),
    }
    for time in times:
        for code, (name, window) in windows.items():
            if not window.covers(time):
                message = f"the {name} was not valid when this was signed, {time.isoformat()}"
                raise RefusalError(code, message)
