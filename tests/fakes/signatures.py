"""A SignatureVerifier that believes only the bundles it was told, by their exact digest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.digest import Digest
from app.domain.errors import VerifierError
from app.domain.finding import (
    BundleKind,
    Finding,
    RefusedBundle,
    Signer,
    StatedEvidence,
    VerifiedBundle,
    VerifiedStatement,
)
from app.domain.release import Document, File


@dataclass(frozen=True)
class Told:
    """What a bundle signs, and who signed it when."""

    signer: Signer
    signed_at: int
    files: Mapping[str, Digest] | Digest
    """The files of a manifest, or the digest of one file."""
    ignored_paths: tuple[str, ...] = ()
    states: str | None = None
    """The predicate type of a statement about the one file."""
    evidence: frozenset[Digest] = frozenset()
    """Digests of the evidence that the statement names."""


@dataclass
class FakeSignatures:
    """Refuses every bundle that it was not told of."""

    told: dict[Digest, Told] = field(default_factory=dict)
    is_down: bool = False

    def tell(self, bundle: bytes, told: Told) -> None:
        """Make these exact bytes a good bundle."""
        self.told[Digest.of(bundle)] = told

    def verify(self, bundle: Document, files: Sequence[File]) -> Finding:
        """Look the bundle up by the digest of its bytes."""
        self.ping()
        sha256 = Digest.of(bundle.content)
        told = self.told.get(sha256)
        if told is None:
            return RefusedBundle(sha256, "signature_invalid", "nobody vouched for this bundle")
        if told.states is not None:
            covered = frozenset(file.path for file in files if file.sha256 == told.files)
            if not covered:
                return RefusedBundle(sha256, "subject_mismatch", "it is about no listed file")
            return VerifiedStatement(
                bundle_sha256=sha256,
                signer=told.signer,
                signed_at=told.signed_at,
                predicate_type=told.states,
                builder_id=None,
                source_uri=None,
                revisions=frozenset(),
                covered=covered,
                evidence=StatedEvidence(told.evidence, Digest.of(b"{}")),
            )
        kind, signed = BundleKind.MODEL_MANIFEST, told.files
        if isinstance(signed, Digest):
            kind = BundleKind.FILE
            signed = {file.path: file.sha256 for file in files if file.sha256 == signed}
            if not signed:
                return RefusedBundle(sha256, "digest_not_listed", "the file is not listed")
        return VerifiedBundle(sha256, kind, told.signer, told.signed_at, signed, told.ignored_paths)

    def ping(self) -> None:
        """Raise VerifierError when it was taken down."""
        if self.is_down:
            raise VerifierError("the fake verifier is down")
