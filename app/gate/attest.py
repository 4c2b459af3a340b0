"""Attest a decision: the gate signs what it decided, for those who ask nobody but the bytes."""

from __future__ import annotations

import json

from app.domain.attestations import summary
from app.domain.canonical import canonical_json
from app.domain.digest import Digest
from app.domain.entry import Kind
from app.domain.errors import InvalidSubmissionError, NotFoundError, StoreError
from app.domain.release import listed_files
from app.ports import Ports

VSA = "vsa"
SVR = "svr"


def attest(decision_id: str, predicate: str, ports: Ports) -> bytes:
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
