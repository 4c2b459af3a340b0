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
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import VerificationError as TimestampError
from rfc3161_client import VerifierBuilder, decode_timestamp_response
from sigstore._internal.sct import verify_sct
from sigstore._internal.trust import CertificateAuthority, CTKeyring, Key, Keyring
from sigstore.errors import VerificationError
from sigstore.hashes import Hashed
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier
from sigstore_models.common.v1 import HashAlgorithm, PublicKey, TimeRange
from sigstore_models.trustroot.v1 import CertificateAuthority as AuthorityModel
from sigstore_models.trustroot.v1 import TransparencyLogInstance as LogModel
from sigstore_models.trustroot.v1 import TrustedRoot as RootModel

from app.adapters.signatures.bundles.public_key import LogKey, checked
from app.adapters.signatures.bundles.refusal import RefusalError
from app.domain.digest import Digest

MEDIA_TYPE = "application/vnd.dev.sigstore.trustedroot+json;version=0.1"
TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Window:
    """When a key or an authority may be used; both ends are inside (trust root `TimeRange`)."""

    start: datetime
    end: datetime | None

    def covers(self, time: datetime) -> bool:
        """Tell whether the time is inside."""
        return self.start <= time and (self.end is None or time <= self.end)


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority, of certificates or of timestamps: issuer first, root last."""

    chain: tuple[x509.Certificate, ...]
    window: Window


@dataclass(frozen=True, slots=True)
class CertificateLog:
    """A log of certificates."""

    id: bytes
    window: Window
    model: PublicKey


@dataclass(frozen=True, slots=True)
class SignatureLog:
    """A log of signatures."""

    id: bytes
    window: Window
    key: LogKey


@dataclass(frozen=True, slots=True)
class Logs:
    """One certificate log and one signature log, and the sigstore verifier of a route."""

    certificates: CertificateLog
    signatures: SignatureLog
    verifier: Verifier


@dataclass(frozen=True, slots=True)
class Route:
    """One way to trust a bundle: one authority, its timestamps, and either both logs or none."""

    authority: Authority
    timestamp_authorities: tuple[Authority, ...]
    logs: Logs | None
    """None only if the trusted root names no log at all; then timestamps must tell the time."""


def read_routes(document: object) -> tuple[Route, ...]:
    """Read a trusted root into every route it allows.

    Raises ValueError or an error of sigstore's for a root that could not verify anything.
    """
    if not isinstance(document, dict):
        raise TypeError("a trusted root is a JSON object")
    model = RootModel.from_json(json.dumps(_normal(document)))
    stamps = tuple(_authority(authority) for authority in model.timestamp_authorities)
    if not model.certificate_authorities:
        raise ValueError("the trusted root names no certificate authority")
    if bool(model.tlogs) != bool(model.ctlogs):
        raise ValueError("the trusted root names only one of tlogs and ctlogs")
    if not model.tlogs and not stamps:
        raise ValueError("the trusted root names neither logs nor a timestamp authority")
    pairs: list[tuple[LogModel, LogModel] | None] = [
        *itertools.product(model.ctlogs, model.tlogs)
    ] or [None]
    return tuple(
        Route(_authority(authority), stamps, _logs(model, authority, pair))
        for authority, pair in itertools.product(model.certificate_authorities, pairs)
    )


def verify_file(logs: Logs, content: bytes, digest: Digest) -> tuple[datetime, ...]:
    """Let sigstore verify a bundle over a file; give the verified times.

    Raises many kinds of errors, not only sigstore's own.
    """
    bundle = Bundle.from_json(content)
    hashed = Hashed(algorithm=HashAlgorithm.SHA2_256, digest=bytes.fromhex(digest))
    logs.verifier.verify_artifact(hashed, bundle, _AnyIdentity())
    return _verified_times(logs, bundle)


def verify_envelope(logs: Logs, content: bytes) -> tuple[datetime, ...]:
    """Let sigstore verify a bundle's envelope; give the verified times."""
    bundle = Bundle.from_json(content)
    logs.verifier.verify_dsse(bundle, _AnyIdentity())
    return _verified_times(logs, bundle)


def verified_timestamps(
    authorities: Iterable[Authority], stamps: Iterable[bytes], signature: bytes
) -> tuple[datetime, ...]:
    """Give the times of those timestamps over a signature that an authority vouches for."""
    found: list[datetime] = []
    for stamp, authority in itertools.product(stamps, authorities):
        builder = VerifierBuilder().tsa_certificate(authority.chain[0])
        builder = builder.add_root_certificate(authority.chain[-1])
        for certificate in authority.chain[1:-1]:
            builder = builder.add_intermediate_certificate(certificate)
        response = decode_timestamp_response(stamp)
        time = response.tst_info.gen_time
        try:
            builder.build().verify_message(response, signature)
        except TimestampError:
            continue
        if authority.window.covers(time):
            found.append(time)
    return tuple(found)


def verify_certificate(route: Route, leaf: x509.Certificate, times: Iterable[datetime]) -> None:
    """Verify that the authority issued the leaf for signing code, and that it was logged.

    At each of the times. Raises RefusalError, and VerificationError of sigstore's.
    """
    chain: Sequence[x509.Certificate] = ()
    for time in times:
        chain = _chain(route.authority, leaf, time)
    if route.logs is not None:
        verify_sct(leaf, list(chain), CTKeyring(Keyring([route.logs.certificates.model])))
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    extended = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    if not usage.digital_signature or ExtendedKeyUsageOID.CODE_SIGNING not in extended:
        raise RefusalError("signature_invalid", "the certificate is not for signing code")


class _AnyIdentity:
    """Leaves the identity to policy: who may sign is decided from what was verified."""

    def verify(self, cert: x509.Certificate) -> None:
        """Take note of nothing: this runs before the signature is verified."""


def _verified_times(logs: Logs, bundle: Bundle) -> tuple[datetime, ...]:
    # A timestamp that does not verify is passed over when another one does, so the raw
    # ones in the bundle tell nothing.
    return tuple(found.time for found in logs.verifier._establish_time(bundle))


def _chain(
    authority: Authority, leaf: x509.Certificate, time: datetime
) -> Sequence[x509.Certificate]:
    # As sigstore-python does it: the defaults of the web, but for the extended key usage.
    purposes = (x509.ExtendedKeyUsage, verification.Criticality.NON_CRITICAL, None)
    policy = verification.ExtensionPolicy
    verifier = (
        verification.PolicyBuilder()
        .store(verification.Store(list(authority.chain)))
        .time(time)
        .extension_policies(
            ca_policy=policy.webpki_defaults_ca().may_be_present(*purposes),
            ee_policy=policy.webpki_defaults_ee().may_be_present(*purposes),
        )
        .build_client_verifier()
    )
    try:
        return verifier.verify(leaf, []).chain[1:]
    except verification.VerificationError as error:
        message = f"the certificate was not valid when this was signed: {error}"
        raise VerificationError(message) from error


def _normal(document: dict[str, Any]) -> dict[str, Any]:
    # What sigstore-python insists on and other tools leave out: lists that are empty, and
    # the names of authorities, which nothing depends on.
    root = {"tlogs": [], "ctlogs": [], **document}
    if root.get("mediaType") == "application/vnd.dev.sigstore.trustedroot.v0.2+json":
        root["mediaType"] = MEDIA_TYPE
    for kind in ("certificateAuthorities", "timestampAuthorities"):
        root[kind] = [
            {**authority, "subject": {"organization": "", "commonName": ""} | authority["subject"]}
            if isinstance(authority, dict) and isinstance(authority.get("subject"), dict)
            else authority
            for authority in root.get(kind) or []
        ]
    return root


def _authority(model: AuthorityModel) -> Authority:
    chain = CertificateAuthority(model).certificates(allow_expired=True)
    return Authority(tuple(chain), _window(model.valid_for))


def _logs(
    model: RootModel, authority: AuthorityModel, pair: tuple[LogModel, LogModel] | None
) -> Logs | None:
    if pair is None:
        return None
    certificates, signatures = pair
    # sigstore-python takes the end of a timestamp authority as outside of its window.
    stamps = [
        stamp.model_copy(
            update={
                "valid_for": stamp.valid_for.model_copy(
                    update={"end": stamp.valid_for.end and stamp.valid_for.end + TICK}
                )
            }
        )
        for stamp in model.timestamp_authorities
    ]
    only = model.model_copy(
        update={
            "certificate_authorities": [authority],
            "ctlogs": [certificates],
            "tlogs": [signatures],
            "timestamp_authorities": stamps,
        }
    )
    return Logs(
        CertificateLog(
            certificates.log_id.key_id, _key_window(certificates), certificates.public_key
        ),
        SignatureLog(
            signatures.log_id.key_id,
            _key_window(signatures),
            LogKey(checked(Key(signatures.public_key).key)),
        ),
        Verifier(trusted_root=TrustedRoot(only)),
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
