"""Bundles signed by a bare key: only a key that is pinned in the configuration counts.

(1) one of the pinned keys made the signature; what the bundle says of its key is no proof
(2) every log entry that the bundle bears verifies, and is about this key and signature
(3) the logs' keys were valid at every verified time
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from app.adapters.signatures import authenticated, log_entries
from app.adapters.signatures.authenticated import Authenticated
from app.adapters.signatures.bundles import public_key
from app.adapters.signatures.bundles.bundle import Bundle, Envelope
from app.adapters.signatures.bundles.public_key import Key
from app.adapters.signatures.bundles.refusal import RefusalError
from app.adapters.signatures.sigstore_parts import verified_timestamps
from app.adapters.signatures.trusted_roots import KeyDomain, SigstoreDomain, TrustDomain
from app.domain.digest import Digest
from app.domain.finding import Signer

ISSUER = "pinned key"
"""What stands for the issuer of a signer that is known by a pinned key."""


def authenticate(
    bundle: Bundle, digest: Digest | None, domains: Sequence[TrustDomain]
) -> Authenticated:
    """Verify a bundle by the pinned keys. Raises RefusalError."""
    keys = [
        (domain, key) for domain in domains if isinstance(domain, KeyDomain) for key in domain.keys
    ]
    sigstores = [domain for domain in domains if isinstance(domain, SigstoreDomain)]
    if not keys:
        raise RefusalError("key_unknown", "the bundle is signed by a key, and none is pinned")
    about = authenticated.stated(bundle.content, digest)
    domain, key = _signing_key(keys, bundle, about)  # (1)
    times = [*_timestamps(bundle, sigstores)]
    sha256 = None if isinstance(about, Envelope) else about
    for entry in bundle.entries:  # (2) and (3)
        log = log_entries.find(entry, sigstores)
        times.extend(log_entries.verify(entry, log, bundle.content, sha256, key, times))
    return authenticated.found(_signer(domain, key), times, about, bundle.entries, is_lasting=True)


def _signing_key(
    keys: Iterable[tuple[KeyDomain, Key]], bundle: Bundle, about: Digest | Envelope
) -> tuple[KeyDomain, Key]:
    refusal = RefusalError("signature_invalid", "none of the pinned keys made this signature")
    for domain, key in keys:
        try:
            if authenticated.is_signed(key, bundle.content, about):
                return domain, key
        except RefusalError as error:
            refusal = error
    raise refusal


def _timestamps(bundle: Bundle, sigstores: Iterable[SigstoreDomain]) -> Iterable[datetime]:
    for domain in sigstores:
        authorities = domain.routes[0].timestamp_authorities
        yield from verified_timestamps(authorities, bundle.timestamps, bundle.content.signature)


def _signer(domain: KeyDomain, key: Key) -> Signer:
    return Signer(
        trust_domain=domain.name,
        trust_root_sha256=domain.sha256,
        issuer=ISSUER,
        identity_type="key",
        identity=f"sha256:{Digest.of(public_key.spki(key))}",
        claims={},
    )
