"""An entry of a signature transparency log (rekor), read and verified with one log key.

(1) the promise: the log signed body, time, index and its own id (signed entry timestamp)
(2) the proof: the body is a leaf under the root hash (RFC 6962 section 2.1.1)
(3) the checkpoint: the log signed that root hash and tree size (C2SP signed note)

An entry must bear a promise or a proof with its checkpoint, and whatever it bears must
verify. The time counts only when a promise covers it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

import rfc8785

from app.adapters.signatures.bundles.fields import Fields, octets
from app.adapters.signatures.bundles.public_key import LogKey
from app.adapters.signatures.bundles.refusal import RefusalError

_ENTRY = (
    "logIndex logId kindVersion integratedTime inclusionPromise inclusionProof canonicalizedBody"
)
_SIGNATURE_PREFIX = "\u2014 "
_LATEST = 253_402_300_799
"""The last second of the year 9999, beyond which there is no datetime."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Where the entry stands in the tree, and the log's signature on that tree."""

    index: int
    size: int
    root: bytes
    hashes: tuple[bytes, ...]
    checkpoint: str | None
    """Bundles of version 0.1 may lack it; a proof without it proves nothing."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A log entry as it stands in a bundle, nothing of it verified."""

    log_id: bytes
    index: int
    kind: str
    """Kind and version of the body: `hashedrekord/0.0.1`."""
    integrated_at: int
    """Seconds since the epoch, 0 if the log gives no time."""
    promise: bytes | None
    proof: Proof | None
    body: bytes

    @property
    def is_proven(self) -> bool:
        """Whether it bears a proof with a checkpoint, good or bad."""
        return self.proof is not None and self.proof.checkpoint is not None


def read_entry(value: object, at: str) -> LogEntry:
    """Read an entry. Raises RefusalError."""
    fields = Fields(value, at, frozenset(_ENTRY.split()))
    kind = fields.member("kindVersion", "kind version")
    promise = None
    if fields.has("inclusionPromise"):
        promise = fields.member("inclusionPromise", "signedEntryTimestamp").octets(
            "signedEntryTimestamp"
        )
    return LogEntry(
        log_id=fields.member("logId", "keyId").octets("keyId"),
        index=fields.number("logIndex") if fields.has("logIndex") else 0,
        kind=f"{kind.text('kind')}/{kind.text('version')}",
        integrated_at=fields.number("integratedTime") if fields.has("integratedTime") else 0,
        promise=promise,
        proof=_proof(fields) if fields.has("inclusionProof") else None,
        body=fields.octets("canonicalizedBody"),
    )


def verify(entry: LogEntry, key: LogKey) -> datetime | None:
    """Verify an entry; give the time at which the log promised it, if it did.

    Raises RefusalError unless a promise, or a proof with its checkpoint, verifies.
    """
    time = None
    if entry.promise is not None:
        time = _verify_promise(entry, entry.promise, key)  # (1)
    if entry.proof is not None and entry.proof.checkpoint is not None:
        _verify_proof(entry.body, entry.proof)  # (2)
        _verify_checkpoint(entry.proof, entry.proof.checkpoint, entry.log_id, key)  # (3)
    elif time is None:
        message = "the log entry has neither a promise nor a proof with its checkpoint"
        raise RefusalError("log_entry_unproven", message)
    return time


def _proof(fields: Fields) -> Proof:
    proof = fields.member("inclusionProof", "logIndex rootHash treeSize hashes checkpoint")
    checkpoint = None
    if proof.has("checkpoint"):
        checkpoint = proof.member("checkpoint", "envelope").text("envelope")
    return Proof(
        index=proof.number("logIndex") if proof.has("logIndex") else 0,
        size=proof.number("treeSize"),
        root=proof.octets("rootHash"),
        hashes=tuple(octets(item, "inclusionProof.hashes") for item in proof.items("hashes")),
        checkpoint=checkpoint,
    )


def _verify_promise(entry: LogEntry, promise: bytes, key: LogKey) -> datetime:
    if not 0 < entry.integrated_at <= _LATEST:
        raise RefusalError("log_entry_unproven", "the log's promise gives no time")
    signed = rfc8785.dumps(
        {
            "body": base64.b64encode(entry.body).decode(),
            "integratedTime": entry.integrated_at,
            "logID": entry.log_id.hex(),
            "logIndex": entry.index,
        }
    )
    if not key.verifies(promise, signed):
        raise RefusalError("signature_invalid", "the log did not sign the promise of its entry")
    return datetime.fromtimestamp(entry.integrated_at, UTC)


def _verify_proof(body: bytes, proof: Proof) -> None:
    # RFC 9162 section 2.1.3.2, which is RFC 6962's proof walked from leaf to root.
    node = hashlib.sha256(b"\x00" + body).digest()
    index, last = proof.index, proof.size - 1
    if index > last:
        raise RefusalError("signature_invalid", "the log entry lies outside of its tree")
    for step in proof.hashes:
        if last == 0:
            raise RefusalError("signature_invalid", "the inclusion proof is too long")
        if index % 2 == 1 or index == last:
            node = hashlib.sha256(b"\x01" + step + node).digest()
            while index % 2 == 0 and index != 0:
                index, last = index >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + step).digest()
        index, last = index >> 1, last >> 1
    if last != 0 or node != proof.root:
        raise RefusalError("signature_invalid", "the inclusion proof does not lead to its root")


def _verify_checkpoint(proof: Proof, checkpoint: str, log_id: bytes, key: LogKey) -> None:
    text, separator, signatures = checkpoint.partition("\n\n")
    lines = text.split("\n")
    wanted = [str(proof.size), base64.b64encode(proof.root).decode()]
    if not separator or not lines[0] or lines[1:3] != wanted:
        message = "the checkpoint is not of the tree that the proof leads to"
        raise RefusalError("signature_invalid", message)
    signed = f"{text}\n".encode()
    for line in signatures.splitlines():
        signature = _note_signature(line, lines[0], log_id)
        if signature is not None and key.verifies(signature, signed):
            return
    raise RefusalError("signature_invalid", "the log did not sign the checkpoint")


def _note_signature(line: str, origin: str, log_id: bytes) -> bytes | None:
    # The name is that of the log without the tree id that Rekor v1 adds to its origin.
    name, _, text = line.removeprefix(_SIGNATURE_PREFIX).partition(" ")
    if not line.startswith(_SIGNATURE_PREFIX) or name != origin.partition(" ")[0]:
        return None
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return content[4:] if content[:4] == log_id[:4] else None
