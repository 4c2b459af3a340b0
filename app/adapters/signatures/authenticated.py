"""What came of verifying a bundle: who signed which content, and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ed25519

from app.adapters.signatures.bundles.bundle import HASHES, SHA256, Envelope, Message
from app.adapters.signatures.bundles.log_entry import LogEntry
from app.adapters.signatures.bundles.public_key import (
    Key,
    own_hash,
    signed_content,
    signed_digest,
)
from app.adapters.signatures.bundles.refusal import RefusalError
from app.adapters.signatures.model_manifest import first_encoding
from app.domain.digest import Digest
from app.domain.finding import Signer


@dataclass(frozen=True, slots=True)
class Authenticated:
    """What was signed (a file's digest or an envelope), by whom and when."""

    signer: Signer
    signed_at: datetime | None
    """The earliest verified time: the signature existed by then. None if nothing tells it."""
    content: Digest | Envelope
    log_index: int | None
    """Place in the log, if the log's promise covers it: a proof's own index is another."""
    is_lasting: bool
    """False if it holds only now, since nothing but the clock says when this was signed."""


def found(
    signer: Signer,
    times: Sequence[datetime],
    content: Digest | Envelope,
    entries: Sequence[LogEntry],
    *,
    is_lasting: bool,
) -> Authenticated:
    """Sum up what was verified."""
    promised = [e.index for e in entries if e.promise is not None and e.integrated_at]
    index = promised[0] if promised else None
    return Authenticated(signer, min(times, default=None), content, index, is_lasting)


def stated(content: Message | Envelope, digest: Digest | None) -> Digest | Envelope:
    """Give what the bundle is about: the envelope, or the digest of the file.

    The digest is verified against the signature later: one that was not signed fails there.
    """
    if isinstance(content, Envelope):
        return content
    if content.hashed_by != SHA256:
        _must_be_of_file(content)
    if content.digest is not None and digest is not None and content.digest != digest:
        message = f"the bundle is about another file: sha256 {content.digest}"
        raise RefusalError("digest_not_listed", message)
    if (known := content.digest or digest) is None:
        message = "the bundle does not state the sha256 of the file that it signs"
        raise RefusalError("digest_missing", message)
    return known


def is_signed(key: Key, content: Message | Envelope, about: Digest | Envelope) -> bool:
    """Tell whether the key made the bundle's signature."""
    if isinstance(about, Digest):
        return isinstance(content, Message) and _is_file_signed(key, content, about)
    return signed_content(key, about.signature, about.encoded) or any(
        signed_content(key, about.signature, encoding)
        for encoding in first_encoding(about.payload_type, about.payload)
    )


def _is_file_signed(key: Key, content: Message, sha256: Digest) -> bool:
    if isinstance(key, ed25519.Ed25519PublicKey):
        whole = content.file.content() if content.file is not None else None
        if whole is None:
            message = "an Ed25519 signature over a file cannot be verified from its sha256"
            raise RefusalError("digest_not_enough", message)
        return signed_content(key, content.signature, whole)
    known = {"sha256": bytes.fromhex(sha256)}
    own = own_hash(key)
    if content.file is not None and own not in known:
        known[own] = bytes.fromhex(content.file.digest(own))
    return signed_digest(key, content.signature, known)


def _must_be_of_file(content: Message) -> None:
    name = HASHES.get(content.hashed_by)
    if name is None or content.file is None or content.stated is None:
        message = f"the bundle is over the {content.hashed_by[:40]} of a file, not over its sha256"
        raise RefusalError("digest_not_enough", message)
    if content.file.digest(name) != content.stated.hex():
        raise RefusalError("digest_not_listed", f"the bundle is about another file, by its {name}")


def must_have_time(times: Iterable[datetime]) -> None:
    """Raise RefusalError if nothing verified tells when this was signed."""
    if not list(times):
        message = "neither a log's promise nor a verified timestamp says when this was signed"
        raise RefusalError("time_missing", message)
