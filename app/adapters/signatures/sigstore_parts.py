"""The one place that touches sigstore-python's private parts (pinned exactly: 4.5.1).

sigstore-python 4.5.1 verifies a bundle against a whole trusted root: it ignores when a
certificate authority or a log key ended, and when a log id is not the digest of the key
it tries every key of the root. A route closes both: it is one authority, one certificate
log and one signature log, with a verifier that knows nothing else, so that the windows
checked afterwards are those of the keys that verified.
"""
# ruff: noqa: SLF001 - touching private parts is what this module is for

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from cryptography import x509
from sigstore._internal.trust import CertificateAuthority, Key
from sigstore.hashes import Hashed
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier
from sigstore_models.common.v1 import HashAlgorithm, TimeRange
from sigstore_models.trustroot.v1 import CertificateAuthority as AuthorityModel
from sigstore_models.trustroot.v1 import TransparencyLogInstance as LogModel
from sigstore_models.trustroot.v1 import TrustedRoot as RootModel

from app.domain.digest import Digest

_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


@dataclass(frozen=True, slots=True)
class Window:
    """When a key or an authority may be used; both ends are inside (trust root `TimeRange`)."""

    start: datetime
    end: datetime | None

    def covers(self, time: datetime) -> bool:
        """Tell whether the time is inside."""
        return self.start <= time and (self.end is None or time <= self.end)


@dataclass(frozen=True, slots=True)
class Route:
    """One way to trust a bundle: one authority, one certificate log, one signature log."""

    issuer: x509.Certificate
    authority: Window
    certificate_log_id: bytes
    certificate_log: Window
    signature_log_id: bytes
    signature_log: Window
    verifier: Verifier


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a DSSE envelope holds."""

    payload_type: str
    payload: bytes


def read_routes(content: bytes) -> tuple[Route, ...]:
    """Read a trusted root file into every route it allows.

    Raises ValueError or an error of sigstore's for a file that could not verify anything.
    """
    model = RootModel.from_json(content)
    if not (model.tlogs and model.ctlogs and model.certificate_authorities):
        raise ValueError("the trusted root lacks tlogs, ctlogs or certificateAuthorities")
    for authority in model.timestamp_authorities:
        CertificateAuthority(authority)
    pairs = itertools.product(model.certificate_authorities, model.ctlogs, model.tlogs)
    return tuple(_route(model, *pair) for pair in pairs)


def read_bundle(content: bytes) -> Bundle:
    """Read a bundle. Raises many kinds of errors, not only sigstore's own."""
    return Bundle.from_json(content)


def signature_log_id(bundle: Bundle) -> bytes:
    """Tell which log the bundle says its entry is in; unverified."""
    return bundle.log_entry._inner.log_id.key_id


def candidates(routes: Iterable[Route], bundle: Bundle) -> Iterator[Route]:
    """Pick the routes whose authority's name and key id are those of the leaf's issuer."""
    leaf = bundle.signing_certificate
    for route in routes:
        if route.issuer.subject == leaf.issuer and _may_have_issued(route.issuer, leaf):
            yield route


def certificate_log_id(bundle: Bundle) -> bytes | None:
    """Tell which certificate log the leaf says it is in; None unless it is exactly one."""
    kind = x509.PrecertificateSignedCertificateTimestamps
    stamps = _extension(bundle.signing_certificate, kind)
    return stamps[0].log_id if stamps is not None and len(stamps) == 1 else None


def message_digest(bundle: Bundle) -> Digest | None:
    """Tell the digest of the file that the bundle says it signs; unverified."""
    signature = bundle._inner.message_signature
    if signature is None or signature.message_digest is None:
        return None
    if signature.message_digest.algorithm is not HashAlgorithm.SHA2_256:
        return None
    return Digest(signature.message_digest.digest.hex())


def has_envelope(bundle: Bundle) -> bool:
    """Tell whether the bundle signs a DSSE envelope."""
    return bundle._inner.dsse_envelope is not None


def verify_file(route: Route, bundle: Bundle, digest: Digest) -> tuple[datetime, ...]:
    """Verify a bundle over a file; give the verified times. Raises many kinds of errors."""
    hashed = Hashed(algorithm=HashAlgorithm.SHA2_256, digest=bytes.fromhex(digest))
    route.verifier.verify_artifact(hashed, bundle, _AnyIdentity())
    return _verified_times(route, bundle)


def verify_envelope(route: Route, bundle: Bundle) -> tuple[tuple[datetime, ...], Envelope]:
    """Verify a bundle's envelope; give the verified times and what it holds."""
    payload_type, payload = route.verifier.verify_dsse(bundle, _AnyIdentity())
    return _verified_times(route, bundle), Envelope(payload_type, payload)


class _AnyIdentity:
    """Leaves the identity to policy: who may sign is decided from what was verified."""

    def verify(self, cert: x509.Certificate) -> None:
        """Take note of nothing: this runs before the signature is verified."""


def _verified_times(route: Route, bundle: Bundle) -> tuple[datetime, ...]:
    # A timestamp that does not verify is passed over when another one does, so the raw
    # ones in the bundle tell nothing.
    return tuple(found.time for found in route.verifier._establish_time(bundle))


def _route(
    model: RootModel, authority: AuthorityModel, certificate_log: LogModel, signature_log: LogModel
) -> Route:
    only = model.model_copy(
        update={
            "certificate_authorities": [authority],
            "ctlogs": [certificate_log],
            "tlogs": [signature_log],
        }
    )
    issuer = CertificateAuthority(authority).certificates(allow_expired=True)[0]
    return Route(
        issuer=issuer,
        authority=_window(authority.valid_for),
        certificate_log_id=certificate_log.log_id.key_id,
        certificate_log=_key_window(certificate_log),
        signature_log_id=signature_log.log_id.key_id,
        signature_log=_key_window(signature_log),
        verifier=Verifier(trusted_root=TrustedRoot(only)),
    )


def _key_window(log: LogModel) -> Window:
    Key(log.public_key)  # sigstore itself would drop a key it cannot read, and go on
    if log.public_key.valid_for is None:
        raise ValueError(f"the key of {log.base_url} does not say since when it is valid")
    return _window(log.public_key.valid_for)


def _window(period: TimeRange) -> Window:
    if any(end is not None and end.tzinfo is None for end in (period.start, period.end)):
        raise ValueError("a validity period is given without a time zone")
    return Window(period.start, period.end)


def _may_have_issued(issuer: x509.Certificate, leaf: x509.Certificate) -> bool:
    # Names repeat: key ids tell a renewed authority from the one before it. Both are
    # hints that save work; the chain itself is verified later.
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
