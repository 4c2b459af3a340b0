"""VERIFY: from signature bundles to findings: who signed which bytes."""

from __future__ import annotations

from app.domain.finding import Finding
from app.domain.release import Release
from app.ports import SignatureVerifier


def signatures(release: Release, verifier: SignatureVerifier) -> tuple[Finding, ...]:
    """From the release's bundles to one finding a bundle, in order.

    Whoever the signer is, is left to policy: here it only matters that the signature, its
    log entry and its times hold. Raises VerifierError when there is nothing to verify against.
    """
    return tuple(verifier.verify(bundle, release.files) for bundle in release.bundles)
