"""The components of a release that people judge, each by its digest."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

from app.domain.canonical import canonical_json
from app.domain.digest import Digest
from app.domain.release import Release, release_digest


class Component(StrEnum):
    """What a role can judge of a release."""

    WEIGHTS = "weights"
    CARD = "card"
    EVALUATIONS = "evaluations"
    POLICY = "policy"


Components = Mapping[Component, str]
"""What is there, by the digest of what it is; what is absent has no digest."""


def components(release: Release, beside: Collection[str], policy: str) -> dict[Component, str]:
    """Tell the digest of each component: `beside` are paths of documents that are no weights.

    A file is left out of the weights only if its path is one of these and its very bytes were
    submitted as card, report or signature: so each file is judged as one component or another.
    """
    pieces = [release.model_card, *release.evaluations]
    documents = {file.sha256 for piece in pieces if piece is not None for file in piece.files}
    documents |= {bundle.sha256 for bundle in release.bundles}
    weights = [f for f in release.files if f.path not in beside or f.sha256 not in documents]
    stated = {
        Component.WEIGHTS: str(release_digest(weights or release.files)),
        Component.POLICY: policy,
    }
    if release.model_card is not None:
        stated[Component.CARD] = str(release.model_card.sha256)
    if release.evaluations:
        reports = sorted(report.sha256 for report in release.evaluations)
        stated[Component.EVALUATIONS] = str(Digest.of(canonical_json(reports)))
    return stated


def moved(judged: Collection[Component], then: Components, now: Components) -> tuple[str, ...]:
    """Name the judged components that are not what they were; absent is not unchanged."""
    return tuple(
        sorted(c.value for c in judged if c not in then or c not in now or then[c] != now[c])
    )
