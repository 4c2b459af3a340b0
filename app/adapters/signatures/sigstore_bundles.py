"""The SignatureVerifier of sigstore bundles: over a file, a model's manifest or a statement."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime

from app.adapters.signatures import authentication, model_manifest
from app.adapters.signatures.authenticated import Authenticated
from app.adapters.signatures.bundles.bundle import Envelope
from app.adapters.signatures.bundles.refusal import RefusalError
from app.adapters.signatures.model_manifest import IN_TOTO, WHOLE_MODEL
from app.adapters.signatures.trusted_roots import TrustDomain
from app.domain.attestations import covering, provenance
from app.domain.attestations import statement as statements
from app.domain.attestations.statement import Statement
from app.domain.canonical import read_json
from app.domain.digest import Digest
from app.domain.errors import MalformedDocumentError, VerifierError
from app.domain.finding import (
    LONGEST_MESSAGE,
    BundleKind,
    Finding,
    RefusedBundle,
    VerifiedBundle,
    VerifiedStatement,
)
from app.domain.release import Document, File, release_digest
from app.ports import Clock

MOST_REMEMBERED = 256


class SigstoreBundles:
    """Verifies bundles against pinned trust domains, offline.

    What a bundle proves depends on its bytes and the trust domains alone, so it is
    remembered; which files of a release that covers is laid anew every time. Only a bare
    certificate, without log or timestamp, must be valid now, and is verified every time.
    """

    def __init__(self, domains: Sequence[TrustDomain], clock: Clock) -> None:
        """Trust these domains and no other. Raises VerifierError if there are none."""
        self._domains = tuple(sorted(domains, key=lambda domain: domain.name))
        self._clock = clock
        self.ping()
        self._remembered: OrderedDict[Digest, Authenticated] = OrderedDict()
        self._lock = threading.Lock()

    def verify(self, bundle: Document, files: Sequence[File]) -> Finding:
        """Verify one bundle over a release's files; a bad bundle is a finding."""
        sha256 = Digest.of(bundle.content)
        try:
            return _lay(sha256, self._authenticate(sha256, bundle.content), files)
        except RefusalError as refusal:
            return RefusedBundle(sha256, refusal.code, shortened(refusal.message))

    def ping(self) -> None:
        """Raise VerifierError unless there is a trust domain to verify against."""
        if not self._domains:
            raise VerifierError("no trust domain is configured, so no signature can be verified")

    def _authenticate(self, sha256: Digest, content: bytes) -> Authenticated:
        with self._lock:
            known = self._remembered.get(sha256)
            if known is not None:
                self._remembered.move_to_end(sha256)
        if known is None:
            known = authentication.authenticate(content, None, self._domains, self._clock.now())
            if known.is_lasting:
                self._remember(sha256, known)
        return known

    def _remember(self, sha256: Digest, known: Authenticated) -> None:
        with self._lock:
            self._remembered[sha256] = known
            while len(self._remembered) > MOST_REMEMBERED:
                self._remembered.popitem(last=False)


def shortened(message: str) -> str:
    """Cut a message to one line that people read."""
    words = " ".join(message.split())
    return words if len(words) <= LONGEST_MESSAGE else words[: LONGEST_MESSAGE - 1] + "\u2026"


def _lay(
    sha256: Digest, found: Authenticated, files: Sequence[File]
) -> VerifiedBundle | VerifiedStatement:
    kind = BundleKind.FILE
    ignored: tuple[str, ...] = ()
    if isinstance(found.content, Envelope):
        document = document_in(found.content)
        statement = statement_of(document)
        if statement.predicate_type not in model_manifest.MODEL_SIGNATURES:
            return _stated(sha256, found, statement, files)
        kind = BundleKind.MODEL_MANIFEST
        manifest = model_manifest.of(document)
        signed, ignored = dict(manifest.files()), manifest.ignored_paths
        if list(signed) == [WHOLE_MODEL]:
            signed = _with_digest(signed[WHOLE_MODEL], files)
    else:
        signed = _with_digest(found.content, files)
    return VerifiedBundle(
        bundle_sha256=sha256,
        kind=kind,
        signer=found.signer,
        signed_at=_seconds(found.signed_at),
        signed_files=signed,
        ignored_paths=ignored,
    )


def _stated(
    sha256: Digest, found: Authenticated, statement: Statement, files: Sequence[File]
) -> VerifiedStatement:
    about = statement.sha256s()
    is_of_all = release_digest(files) in about
    covered = frozenset(file.path for file in files if is_of_all or file.sha256 in about)
    if not covered:
        raise RefusalError("subject_mismatch", "the statement is about no file of this release")
    origin = provenance.stated(statement)
    return VerifiedStatement(
        bundle_sha256=sha256,
        signer=found.signer,
        signed_at=_seconds(found.signed_at),
        predicate_type=statement.predicate_type,
        builder_id=origin.builder_id,
        source_uri=origin.source_uri,
        revisions=origin.revisions,
        covered=covered,
        evidence=covering.evidence_of(statement),
    )


def _seconds(time: datetime | None) -> int | None:
    return None if time is None else int(time.timestamp())


def _with_digest(digest: Digest, files: Sequence[File]) -> dict[str, Digest]:
    signed = {file.path: file.sha256 for file in files if file.sha256 == digest}
    if not signed:
        message = f"the signed file is not one of the release: sha256 {digest}"
        raise RefusalError("digest_not_listed", message)
    return signed


def document_in(envelope: Envelope) -> object:
    """Read the JSON in an in-toto envelope, strictly. Raises RefusalError."""
    if envelope.payload_type != IN_TOTO:
        message = f"payloads of type {envelope.payload_type[:120]!r} are not read"
        raise RefusalError("payload_type_unsupported", message)
    try:
        document: object = read_json(envelope.payload)
    except MalformedDocumentError as error:
        raise RefusalError("statement_malformed", f"the statement is {error.message}") from error
    return document


def statement_of(document: object) -> Statement:
    """Read an in-toto statement. Raises RefusalError."""
    try:
        return statements.of(document)
    except MalformedDocumentError as error:
        raise RefusalError("statement_malformed", f"the statement is {error.message}") from error
