"""From a bundle to what its signer signed, by one trust domain alone.

(1) the bundle is one JSON document that every reader reads alike
(2) exactly one trust domain and route: authority, certificate log and signature log
(3) signature, certificate chain, logs and times: by sigstore-python for the kinds that it
    verifies, else here, step by step
(4) the authority and the logs were valid at every verified time, on both ends
(5) the certificate names one signer
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from sigstore.errors import VerificationError
from sigstore.models import InvalidBundle

from app.adapters.signatures import (
    authenticated,
    certificate_claims,
    certificate_roots,
    log_entries,
    pinned_keys,
    routing,
    sigstore_parts,
)
from app.adapters.signatures.authenticated import Authenticated
from app.adapters.signatures.bundles import bundle as bundles
from app.adapters.signatures.bundles import public_key
from app.adapters.signatures.bundles.bundle import SHA256, Bundle, Envelope, File, Message
from app.adapters.signatures.bundles.refusal import RefusalError
from app.adapters.signatures.sigstore_parts import Logs, Route
from app.adapters.signatures.trusted_roots import CertificateDomain, SigstoreDomain, TrustDomain
from app.domain.digest import Digest
from app.domain.finding import Signer

KINDS_OF_SIGSTORE = frozenset({"hashedrekord/0.0.1", "hashedrekord/0.0.2", "dsse/0.0.1"})


def authenticate(
    content: bytes,
    digest: Digest | None,
    domains: Sequence[TrustDomain],
    now: datetime,
    file: File | None = None,
) -> Authenticated:
    """Verify a bundle by whichever trust domain its signer belongs to.

    `digest` is that of the file the bundle must be about, or None to take the bundle's
    word and compare later; `file` is that file, where it is at hand. Raises RefusalError
    for whatever is wrong with the bundle, and OSError if the file cannot be read.
    """
    try:
        return _authenticate(content, digest, domains, now, file)
    except RefusalError:
        raise
    except OSError:
        if file is None:
            raise RefusalError("bundle_malformed", "the bundle cannot be read") from None
        raise
    except VerificationError as error:
        raise RefusalError("signature_invalid", str(error)) from error
    except InvalidBundle as error:
        raise RefusalError("bundle_malformed", str(error)) from error
    except Exception as error:
        # On malformed input sigstore raises ValueError, TypeError, binascii.Error, pydantic's
        # errors and more. Whatever it is, it is no signature.
        message = f"{type(error).__name__}: {error}"
        raise RefusalError("bundle_malformed", message) from error


def _authenticate(
    content: bytes,
    digest: Digest | None,
    domains: Sequence[TrustDomain],
    now: datetime,
    file: File | None,
) -> Authenticated:
    bundle = bundles.read(content)  # (1)
    if isinstance(bundle.content, Message):
        bundle = replace(bundle, content=replace(bundle.content, file=file))
    if not bundle.certificates:
        return pinned_keys.authenticate(bundle, digest, domains)
    leaf = x509.load_der_x509_certificate(bundle.certificates[0])
    sigstores = [domain for domain in domains if isinstance(domain, SigstoreDomain)]
    roots = [domain for domain in domains if isinstance(domain, CertificateDomain)]
    issued = routing.issued(leaf, sigstores)
    if not issued and roots:
        return certificate_roots.authenticate(bundle, digest, roots, now)
    choices = routing.choose(bundle, leaf, issued)  # (2)
    return _first_verified(content, bundle, leaf, digest, choices)


def _first_verified(
    content: bytes,
    bundle: Bundle,
    leaf: x509.Certificate,
    digest: Digest | None,
    choices: Sequence[routing.Choice],
) -> Authenticated:
    # Several routes are left only if roots list an authority or a log twice, say with two
    # windows. Each is tried whole; the last refusal stands for all.
    *others, last = choices
    for choice in others:
        try:
            return _verify(content, bundle, leaf, digest, choice)
        except (RefusalError, VerificationError):
            continue
    return _verify(content, bundle, leaf, digest, last)


def _verify(
    content: bytes,
    bundle: Bundle,
    leaf: x509.Certificate,
    digest: Digest | None,
    choice: routing.Choice,
) -> Authenticated:
    about = authenticated.stated(bundle.content, digest)
    _must_bring_no_root(bundle)
    if not bundle.timestamps and not any(entry.promise for entry in bundle.entries):
        authenticated.must_have_time(())
    logs = choice.route.logs
    if logs is not None and _is_for_sigstore(bundle, leaf):  # (3)
        times = _by_sigstore(logs, content, about)
    else:
        times = _by_steps(choice.route, bundle, leaf, about)
    _must_be_valid(choice.route, times)  # (4)
    signer = _signer(choice.domain, leaf)  # (5)
    return authenticated.found(signer, times, about, bundle.entries, is_lasting=True)


def _is_for_sigstore(bundle: Bundle, leaf: x509.Certificate) -> bool:
    # What sigstore-python 4.5.1 does not take at all: entries of older kinds, promises
    # without proof, keys other than P-256 with the hash that goes with them. Which way a
    # bundle goes depends on its kind alone, never on whether one way refused it.
    (entry,) = bundle.entries
    key = leaf.public_key()
    is_key_taken = isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == "secp256r1"
    if isinstance(bundle.content, Message) and bundle.content.hashed_by != SHA256:
        return False
    return is_key_taken and entry.is_proven and entry.kind in KINDS_OF_SIGSTORE


def _must_bring_no_root(bundle: Bundle) -> None:
    # A root in a bundle invites clients to trust it. The first npm bundles (intoto entries)
    # carry one all the same; there as here no certificate of a bundle is ever trusted.
    if any(entry.kind not in KINDS_OF_SIGSTORE for entry in bundle.entries):
        return
    for raw in bundle.certificates[1:]:
        certificate = x509.load_der_x509_certificate(raw)
        if certificate.subject == certificate.issuer:
            raise RefusalError("root_in_bundle", "the bundle brings a root certificate along")


def _by_sigstore(logs: Logs, content: bytes, about: Digest | Envelope) -> tuple[datetime, ...]:
    if isinstance(about, Envelope):
        return sigstore_parts.verify_envelope(logs, content)
    return sigstore_parts.verify_file(logs, content, about)


def _by_steps(
    route: Route, bundle: Bundle, leaf: x509.Certificate, about: Digest | Envelope
) -> tuple[datetime, ...]:
    key = public_key.checked(leaf.public_key())
    if not authenticated.is_signed(key, bundle.content, about):
        raise RefusalError("signature_invalid", "the certificate did not make this signature")
    times = sigstore_parts.verified_timestamps(
        route.timestamp_authorities, bundle.timestamps, bundle.content.signature
    )
    if route.logs is not None:
        (entry,) = bundle.entries
        digest = None if isinstance(about, Envelope) else about
        log = route.logs.signatures
        times += log_entries.verify(entry, log, bundle.content, digest, leaf, times)
    authenticated.must_have_time(times)
    sigstore_parts.verify_certificate(route, leaf, times)
    return times


def _must_be_valid(route: Route, times: Sequence[datetime]) -> None:
    windows = {"authority_not_valid": ("certificate authority", route.authority.window)}
    if route.logs is not None:
        certificates, signatures = route.logs.certificates, route.logs.signatures
        windows["certificate_log_not_valid"] = ("certificate log's key", certificates.window)
        windows["signature_log_not_valid"] = ("signature log's key", signatures.window)
    for time in times:
        for code, (name, window) in windows.items():
            if not window.covers(time):
                message = f"the {name} was not valid when this was signed, {time.isoformat()}"
                raise RefusalError(code, message)


def _signer(domain: SigstoreDomain, leaf: x509.Certificate) -> Signer:
    holder = certificate_claims.identity(leaf)
    return Signer(
        trust_domain=domain.name,
        trust_root_sha256=domain.sha256,
        issuer=holder.issuer,
        identity_type=holder.type,
        identity=holder.value,
        claims=holder.claims,
    )
