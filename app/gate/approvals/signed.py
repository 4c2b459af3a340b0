"""Check the signed statement of a vote when it comes: whose it is, and that it is this vote's."""

from __future__ import annotations

from app.domain.approvals.standing import Subject, Vote
from app.domain.attestations import approving
from app.domain.digest import Digest
from app.domain.errors import ForbiddenError, InvalidSubmissionError, StoreError
from app.domain.finding import RefusedBundle, Signer, VerifiedStatement
from app.domain.release import Document, listed_files
from app.ports import Ports

AT = "/statement"


def checked(  # noqa: PLR0913, PLR0917 - a vote, its statement, and what they are held against
    content: bytes,
    on: Subject,
    said: Vote,
    comment: str,
    approver: str,
    ports: Ports,
) -> VerifiedStatement:
    """Verify a sigstore bundle over the statement of exactly this vote.

    Raises InvalidSubmissionError for a bundle that does not verify, is foreign (about another
    release) or states another vote; ForbiddenError for a signer who does not sign for the
    approver; VerifierError, StoreError.
    """
    listing = ports.documents.read(on.release_digest)
    if listing is None:
        raise StoreError("the listing of the release's files is not in the store")
    files = listed_files(listing)
    bundle = Document("approval.sigstore.json", Digest.of(content), content)
    found = ports.signatures.verify(bundle, files)
    if isinstance(found, RefusedBundle):
        said_so = "foreign: " if found.code == "subject_mismatch" else ""
        raise InvalidSubmissionError(f"{said_so}{found.code}: {found.message}", pointer=AT)
    if not isinstance(found, VerifiedStatement) or found.predicate_type != approving.APPROVAL:
        message = f"expected a statement of the type {approving.APPROVAL}"
        raise InvalidSubmissionError(message, pointer=AT)
    if len(found.covered) != len(files):
        raise InvalidSubmissionError("foreign: it is about a part of the release", pointer=AT)
    wanted = approving.predicate_digest(on, said, comment, approver)
    if found.evidence.predicate != wanted:
        message = "the statement is of another vote, or of what the release was before"
        raise InvalidSubmissionError(message, pointer=AT)
    if not ports.engine.practice().signs_for(found.signer, approver):
        who = f"{found.signer.identity} of {found.signer.trust_domain}"
        raise ForbiddenError(f"policy data does not let {who} sign for {approver}")
    return found


def signer(found: Signer) -> dict[str, str]:
    """Write who signed, as it is recorded."""
    return {
        "trust_domain": found.trust_domain,
        "issuer": found.issuer,
        "identity_type": found.identity_type,
        "identity": found.identity,
    }
