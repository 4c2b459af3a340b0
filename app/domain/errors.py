"""What can go wrong, by whose fault it is.

    GateError
    ├── SubmissionError              the caller's document; carries a pointer into it
    │   ├── MalformedDocumentError   not JSON as RFC 8259 and RFC 7493 want it
    │   ├── InvalidSubmissionError   JSON, but not what the schema or the gate expects
    │   ├── InvalidDigestError       not a digest, or not the digest of these bytes
    │   ├── DocumentMissingError     refers to a document that was never uploaded
    │   ├── OutdatedError            what the caller looked at has moved meanwhile
    │   ├── MediaTypeError           of a media type that is not read here
    │   ├── TooLargeError            over a limit
    │   └── IdempotencyConflictError the key was used before, for another request
    ├── CallerError                  who asks
    │   ├── UnauthenticatedError     no token, or none that is known and alive
    │   └── ForbiddenError           known, but the role may not do this
    ├── NotFoundError                nothing of that name
    ├── ArchivedError                it is in an archive and no longer here
    ├── ConflictError                not in the state that this change starts from
    ├── MovedError                   a named place in the log is not where the writer saw it
    │   └── OvertakenError           ... and the writer had said where that was
    ├── UnconditionalError           a change that has to say what it rests on does not
    ├── RefusedError                 what is recorded stands against it; nothing is changed
    │   ├── VersionConflictError     the version is registered, as something else
    │   ├── NotAllowedError          no allow stands on which a version could be promoted
    │   ├── MarkedError              the release is under review or revoked
    │   ├── RollbackRefusedError     the stage cannot go back there
    │   └── HeldError                a legal hold is on it
    ├── ProofError                   a checkpoint, proof or receipt does not verify
    ├── UnreadableEvidenceError      evidence is not of its format; read.py makes it a fact
    └── MachineryError               the gate's own parts; nothing is allowed
        ├── PolicyEngineError        OPA absent, slow, wrong, or saying nothing
        ├── VerifierError            no trust root to verify against
        ├── IssuerError              the keys of a token's issuer are out of reach
        ├── AttestorError            the gate's own key cannot sign
        └── StoreError               the log or a document could not be read or written
            └── EntryLostError       an entry that was recorded is no longer in the store

A bad signature or a bad model card is not here: that is a finding, a fact for policy.
A broken rule is not here either: that is a reason. `message` is for the caller,
`detail` for the operator's log.
"""

from __future__ import annotations


class GateError(Exception):
    """The gate cannot answer; nothing is allowed."""

    code = "gate_error"

    def __init__(self, message: str, *, detail: str = "") -> None:
        """Say what happened to the caller (`message`) and to the operator (`detail`)."""
        super().__init__(message)
        self.message = message
        self.detail = detail


class SubmissionError(GateError):
    """What the caller sent cannot be used."""

    code = "submission_error"

    def __init__(self, message: str, *, pointer: str = "", detail: str = "") -> None:
        """Say what is wrong, and where: `pointer` is a JSON Pointer (RFC 6901)."""
        super().__init__(message, detail=detail)
        self.pointer = pointer


class MalformedDocumentError(SubmissionError):
    """The bytes are not one JSON document that every reader reads alike."""

    code = "malformed_document"


class InvalidSubmissionError(SubmissionError):
    """The document is JSON, but not what its schema expects."""

    code = "invalid_submission"


class InvalidDigestError(SubmissionError):
    """A text is not a digest, or not the digest of the bytes it came with."""

    code = "invalid_digest"


class DocumentMissingError(SubmissionError):
    """A document was referred to by digest but never uploaded."""

    code = "document_missing"


class OutdatedError(SubmissionError):
    """What the caller looked at is not what is there any more."""

    code = "outdated"


class MediaTypeError(SubmissionError):
    """The body is of a media type that is not read here."""

    code = "unsupported_media_type"


class TooLargeError(SubmissionError):
    """Something is over its limit."""

    code = "too_large"


class IdempotencyConflictError(SubmissionError):
    """An Idempotency-Key came again with another request."""

    code = "idempotency_conflict"


class CallerError(GateError):
    """Who asks may not ask this."""

    code = "caller_error"


class UnauthenticatedError(CallerError):
    """Nobody the gate knows."""

    code = "unauthenticated"


class ForbiddenError(CallerError):
    """Somebody the gate knows, without a role that may do this."""

    code = "forbidden"


class NotFoundError(GateError):
    """Nothing of that name."""

    code = "not_found"


class ArchivedError(GateError):
    """The entry is in the log, and its body in an archive that the message names."""

    code = "archived"


class ConflictError(GateError):
    """The thing is not in the state that this change starts from."""

    code = "state_conflict"


class MovedError(GateError):
    """A named place points elsewhere than the writer expected: somebody else was there first."""

    code = "conflict"

    def __init__(self, place: str, seq: int | None) -> None:
        """Say which place, and the sequence number that it points at now (None: at nothing)."""
        now = "it does not exist" if seq is None else f"it points at entry {seq}"
        super().__init__(f"{place} is not where this change expects it: {now}")
        self.place = place
        self.seq = seq


class OvertakenError(MovedError):
    """The caller said what it saw, and that is not there any more."""

    code = "precondition_failed"


class UnconditionalError(GateError):
    """Two people could undo each other's work here: the change has to say what it rests on."""

    code = "precondition_required"


class RefusedError(GateError):
    """The request is whole and permitted, but what is recorded stands against it."""

    code = "refused"


class VersionConflictError(RefusedError):
    """A version is registered already, with other bytes or another story."""

    code = "version_conflict"


class NotAllowedError(RefusedError):
    """No recorded allow stands on which this version could be promoted."""

    code = "not_allowed"


class MarkedError(RefusedError):
    """The release is under review or revoked, or has no mark to clear."""

    code = "release_marked"


class RollbackRefusedError(RefusedError):
    """The stage cannot go back to this version: it is not known to be good."""

    code = "rollback_refused"


class HeldError(RefusedError):
    """A legal hold is on it: it stays as it is until the hold is released."""

    code = "on_hold"


class ProofError(GateError):
    """A checkpoint, proof or receipt is malformed, forged, or of something else."""

    code = "proof_invalid"


class UnreadableEvidenceError(GateError):
    """A reader could not read evidence; the `read` step turns this into a fact for policy."""

    code = "unreadable_evidence"


class MachineryError(GateError):
    """A part of the gate does not work; nothing is allowed until it does."""

    code = "machinery_error"


class PolicyEngineError(MachineryError):
    """The policy engine gave no verdict that can be used."""

    code = "policy_engine_unavailable"


class VerifierError(MachineryError):
    """Signatures cannot be verified: a trust root is absent or unreadable."""

    code = "verifier_unavailable"


class IssuerError(MachineryError):
    """Who asks cannot be told: the keys that signed the token cannot be fetched."""

    code = "issuer_unavailable"


class AttestorError(MachineryError):
    """The gate cannot sign what it states: its key is absent, unsafe or out of reach."""

    code = "attestor_unavailable"


class StoreError(MachineryError):
    """The store could not be read or written."""

    code = "store_unavailable"


class EntryLostError(StoreError):
    """An entry that was recorded is in the store no more, and in no archive either."""

    code = "entry_lost"
