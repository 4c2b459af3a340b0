"""Export what was recorded: the log piece by piece, or one decision signed by the gate."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from app.domain.attestations import summary
from app.domain.caller import Caller
from app.domain.canonical import canonical_json
from app.domain.digest import Digest
from app.domain.entry import Draft, Entry, Kind, rfc3339
from app.domain.errors import InvalidSubmissionError, NotFoundError, StoreError
from app.domain.log import checkpoint, note
from app.domain.log.exports import formats
from app.domain.log.exports.formats import Format, Source
from app.domain.log.question import Question
from app.domain.release import listed_files
from app.ports import Log, Ports

PIECE = 500
"""Entries read at a time: memory stays the same however long the log is."""
VSA = "vsa"
SVR = "svr"


def log(  # noqa: PLR0913, PLR0917 - what is taken, in which form, by whom, from where
    asked: Question, line: str, start: int, form: Format, caller: Caller, ports: Ports
) -> Iterator[bytes]:
    """Give the entries that are asked for, oldest first, from the place `start` on.

    The export is itself an entry before its first byte leaves. An entry that is in an archive
    is told of, with where it is. Raises StoreError.
    """
    body = {"question": line, "start": start, "format": form.value}
    draft = Draft(ports.new_id(), Kind.LOG_EXPORTED, caller.subject, body)
    made = ports.log.append(draft)
    signed = ports.log.checkpoint()
    size = checkpoint.parse(note.split(signed)[0]).size
    entries = _entries(asked, start, min(made.seq, size), ports.log)
    return formats.WRITERS[form](entries, Source(signed, ports.log.key, rfc3339(made.at)))


def attestation(decision_id: str, predicate: str, ports: Ports) -> bytes:
    """Sign the recorded decision as a statement in a sigstore bundle.

    Raises NotFoundError, InvalidSubmissionError for a predicate that this decision cannot
    have, StoreError and AttestorError.
    """
    entry = ports.log.find(decision_id, Kind.DECISION)
    if entry is None:
        raise NotFoundError(f"no decision {decision_id[:80]!r}")
    decision = json.loads(entry.body)
    listing = ports.documents.read(Digest(decision["release"]["digest"]))
    if listing is None:
        raise StoreError("the listing of the release's files is not in the store")
    files = listed_files(listing)
    if predicate == VSA:
        statement = summary.summary(decision, files, ports.verifier)
    elif predicate == SVR:
        statement = summary.simple_result(decision, files, ports.verifier)
    else:
        raise InvalidSubmissionError(f"predicate: expected {VSA} or {SVR}: {predicate[:80]!r}")
    if statement is None:
        message = f"predicate: only a release that was allowed has a {predicate}"
        raise InvalidSubmissionError(message)
    return ports.attestor.attest(canonical_json(statement))


def _entries(asked: Question, start: int, high: int, log: Log) -> Iterator[Entry]:
    asked = replace(asked, is_for_archived=True)
    while piece := log.scan(asked, start, high, PIECE):
        yield from piece
        start = piece[-1].seq + 1
