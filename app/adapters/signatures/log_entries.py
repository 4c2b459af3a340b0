"""Log entries of a bundle, verified by the one log that they name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from app.adapters.signatures.bundles import entry_body, log_entry
from app.adapters.signatures.bundles.bundle import Envelope, Message
from app.adapters.signatures.bundles.entry_body import Signer
from app.adapters.signatures.bundles.log_entry import LogEntry
from app.adapters.signatures.bundles.refusal import RefusalError
from app.adapters.signatures.sigstore_parts import SignatureLog
from app.adapters.signatures.trusted_roots import SigstoreDomain
from app.domain.digest import Digest


def find(entry: LogEntry, domains: Iterable[SigstoreDomain]) -> SignatureLog:
    """Find the log that an entry says it is in. Raises RefusalError."""
    for domain in domains:
        for route in domain.routes:
            if route.logs is not None and route.logs.signatures.id == entry.log_id:
                return route.logs.signatures
    message = "the signature is in no log of a trust domain"
    raise RefusalError("signature_log_unknown", message)


def verify(  # noqa: PLR0913, PLR0917 - what an entry is compared with, by name
    entry: LogEntry,
    log: SignatureLog,
    content: Message | Envelope,
    digest: Digest | None,
    signer: Signer,
    times: Sequence[datetime],
) -> tuple[datetime, ...]:
    """Verify an entry and what it is about; give the time that the log promised, if it did.

    `times` are those known otherwise. Raises RefusalError.
    """
    promised = log_entry.verify(entry, log.key)
    entry_body.must_match(entry, content, digest, signer)
    found = (promised,) if promised is not None else ()
    if not all(log.window.covers(time) for time in (*times, *found)):
        message = "the signature log's key was not valid when this was signed"
        raise RefusalError("signature_log_not_valid", message)
    if not times and not found and log.window.end is not None:
        message = "the signature log's key ended, and nothing says that this was signed before"
        raise RefusalError("signature_log_not_valid", message)
    return found
