"""Who signed and who stated what, as policy reads it."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from app.domain.attestations import covering
from app.domain.attestations import provenance as origin
from app.domain.finding import Coverage, Finding, RefusedBundle, VerifiedStatement, coverage
from app.domain.release import Evidence, Release
from app.domain.told.members import present

MOST_PATHS = 20
"""Paths listed for people; the counts beside them are what rules decide on."""


def signatures(release: Release, findings: Sequence[Finding]) -> dict[str, Any]:
    """Tell who signed which files, and which bundles were refused."""
    refused = [finding for finding in findings if isinstance(finding, RefusedBundle)]
    return {
        "submitted": len(release.bundles),
        "verified": len(findings) - len(refused),
        "refused": [
            {"bundle_sha256": r.bundle_sha256, "code": r.code, "message": r.message}
            for r in refused
        ],
        "signers": [_signer(laid) for laid in coverage(release.files, findings)],
    }


def _signer(laid: Coverage) -> dict[str, Any]:
    signer = laid.signer
    return {
        "trust_domain": signer.trust_domain,
        "trust_root_sha256": signer.trust_root_sha256,
        "issuer": signer.issuer,
        "identity": {"type": signer.identity_type, "value": signer.identity},
        "claims": dict(signer.claims),
        "signed": {"count": len(laid.signed)},
        "changed": _paths(laid.changed),
        "unsigned": _paths(laid.unsigned),
        "missing": _paths(laid.missing),
        "ignored": _paths(laid.ignored),
    }


def provenance(release: Release, findings: Sequence[Finding]) -> dict[str, Any]:
    """Tell what is stated of where the files come from; nothing if nobody states it."""
    stated = [
        finding
        for finding in findings
        if isinstance(finding, VerifiedStatement) and finding.predicate_type in origin.TYPES
    ]
    if not stated:
        return {}
    paths = _stateable(release, findings)
    told = [
        present(
            **_statement(one, paths),
            builder_id=one.builder_id,
            source_uri=one.source_uri,
            revisions=sorted(one.revisions),
        )
        for one in stated
    ]
    return {"provenance": {"statements": told}}


def about(
    release: Release, evidence: Evidence, findings: Sequence[Finding]
) -> list[dict[str, Any]]:
    """Tell who stated a piece of evidence about this release, and how much of it."""
    paths = _stateable(release, findings)
    return [
        present(**_statement(one, paths), signed_at=one.signed_at)
        for one in covering.standing_for(evidence, findings)
    ]


def _statement(stated: VerifiedStatement, paths: AbstractSet[str]) -> dict[str, Any]:
    signer = stated.signer
    return {
        "predicate_type": stated.predicate_type,
        "signer": {
            "trust_domain": signer.trust_domain,
            "issuer": signer.issuer,
            "identity": {"type": signer.identity_type, "value": signer.identity},
            "claims": dict(signer.claims),
        },
        "covered": {"count": len(paths & stated.covered)},
        "uncovered": {"count": len(paths - stated.covered)},
    }


def _stateable(release: Release, findings: Sequence[Finding]) -> set[str]:
    # A signature cannot be among the subjects of what it signs: it is made later.
    bundles = {f.bundle_sha256 for f in findings if not isinstance(f, RefusedBundle)}
    return {file.path for file in release.files if file.sha256 not in bundles}


def _paths(paths: Sequence[str]) -> dict[str, Any]:
    return {"count": len(paths), "paths": list(paths[:MOST_PATHS])}
