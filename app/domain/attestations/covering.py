"""Which evidence a statement stands for: the bytes that it holds, or names by digest.

Being signed beside evidence says nothing of it. A statement stands for a file if its
predicate is that very document (as cosign writes `--predicate`), holds its text (cosign's
own predicate), or names its sha256 where its type says that it names evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from app.domain.attestations.statement import Statement
from app.domain.canonical import canonical_json, read_json
from app.domain.digest import Digest
from app.domain.errors import InvalidDigestError, MalformedDocumentError
from app.domain.finding import Finding, StatedEvidence, VerifiedStatement
from app.domain.release import Document, Evidence

STATEMENT = "https://in-toto.io/Statement/v1"
EVALUATION = "https://countersign.dev/attestations/evaluation/v1"
SAFETY_REPORT = "https://countersign.dev/attestations/safety-report/v1"
MODEL_CARD = "https://countersign.dev/attestations/model-card/v1"
REFERENCE = "https://in-toto.io/attestation/reference/v0.1"
COSIGN_CUSTOM = "https://cosign.sigstore.dev/attestation/v1"
_NAMED_IN = {
    EVALUATION: "evidence",
    SAFETY_REPORT: "evidence",
    MODEL_CARD: "evidence",
    REFERENCE: "references",
}
"""Member of the predicate that lists evidence as in-toto resource descriptors."""


def statement(
    predicate_type: str, name: str, release: Digest, files: Iterable[Document]
) -> dict[str, Any]:
    """State evidence about a release, naming it by digest; for the types that do so."""
    listed = [{"name": file.name, "digest": {"sha256": file.sha256}} for file in files]
    return {
        "_type": STATEMENT,
        "subject": [{"name": name, "digest": {"sha256": release}}],
        "predicateType": predicate_type,
        "predicate": {_NAMED_IN[predicate_type]: listed},
    }


def evidence_of(statement: Statement) -> StatedEvidence:
    """Tell which evidence a statement stands for."""
    predicate = statement.predicate
    digests = set(_named(predicate.get(_NAMED_IN.get(statement.predicate_type, ""))))
    text = predicate.get("Data") if statement.predicate_type == COSIGN_CUSTOM else None
    if isinstance(text, str):
        digests.add(Digest.of(text.encode("utf-8", "surrogatepass")))
    return StatedEvidence(frozenset(digests), Digest.of(canonical_json(predicate)))


def standing_for(evidence: Evidence, findings: Iterable[Finding]) -> tuple[VerifiedStatement, ...]:
    """Find the verified statements that stand for every byte of a piece of evidence."""
    stated = [finding for finding in findings if isinstance(finding, VerifiedStatement)]
    documents = evidence.documents
    content = _content(documents) if stated else None
    return tuple(one for one in stated if _covers(one.evidence, documents, content))


def _covers(stated: StatedEvidence, documents: Sequence[Document], content: Digest | None) -> bool:
    if documents and all(document.sha256 in stated.digests for document in documents):
        return True
    return content is not None and content == stated.predicate


def _content(documents: Sequence[Document]) -> Digest | None:
    # Two texts of one JSON value differ in white space only: the strict reader lets nothing
    # through that two readers could read in two ways.
    if len(documents) != 1:
        return None
    try:
        return Digest.of(canonical_json(read_json(documents[0].content)))
    except MalformedDocumentError:
        return None


def _named(listed: Any) -> Iterator[Digest]:  # noqa: ANN401 - any JSON value
    for resource in listed if isinstance(listed, list) else ():
        digest = resource.get("digest") if isinstance(resource, dict) else None
        sha256 = digest.get("sha256") if isinstance(digest, dict) else None
        try:
            yield Digest(sha256 if isinstance(sha256, str) else "")
        except InvalidDigestError:
            continue
