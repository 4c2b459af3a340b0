"""What verification found: who signed which bytes, and what the signatures leave out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.canonical import canonical_json
from app.domain.digest import Digest
from app.domain.release import File

LONGEST_MESSAGE = 299


class BundleKind(StrEnum):
    """What a signature bundle signs."""

    FILE = "file"
    MODEL_MANIFEST = "model_manifest"


@dataclass(frozen=True, slots=True)
class Signer:
    """The identity that a verified certificate names, within one trust domain.

    Identities of two trust domains are never the same, however alike they look.
    `identity_type` is email, uri or other for a certificate of a sigstore, where `claims`
    holds the Fulcio extensions by name (oid-info.md of sigstore/fulcio); it is subject for
    a certificate under a pinned root and key for a pinned key, and these claim nothing.
    """

    trust_domain: str
    trust_root_sha256: Digest
    issuer: str
    identity_type: str
    identity: str
    claims: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class VerifiedBundle:
    """A bundle whose signature, log entry and times were all verified."""

    bundle_sha256: Digest
    kind: BundleKind
    signer: Signer
    signed_at: int | None
    """Verified signing time, in seconds since the epoch; None if nothing verified tells it."""
    signed_files: Mapping[str, Digest]
    """Path to digest, as signed; the paths of a file bundle are those with its digest."""
    ignored_paths: tuple[str, ...]
    """Paths that the signer's manifest says it left out."""


@dataclass(frozen=True, slots=True)
class RefusedBundle:
    """A bundle that was not verified, and the stable code that says why."""

    bundle_sha256: Digest
    code: str
    message: str
    """At most LONGEST_MESSAGE characters, for people."""


@dataclass(frozen=True, slots=True)
class StatedEvidence:
    """Which evidence a statement stands for."""

    digests: frozenset[Digest]
    """Digests of the files that it names or whose text it holds."""
    predicate: Digest
    """Digest of its predicate as canonical JSON: the predicate can be the evidence itself."""


@dataclass(frozen=True, slots=True)
class VerifiedStatement:
    """A verified statement about files of this release.

    It vouches for what it says of them and signs none of them: who may state what is for
    policy to say.
    """

    bundle_sha256: Digest
    signer: Signer
    signed_at: int | None
    predicate_type: str
    builder_id: str | None
    """The builder that a provenance names."""
    source_uri: str | None
    """The source that a provenance names."""
    revisions: frozenset[str]
    """The git commits that a provenance says it was built from."""
    covered: frozenset[str]
    """Paths of the files that it is about; never empty."""
    evidence: StatedEvidence


Finding = VerifiedBundle | VerifiedStatement | RefusedBundle


@dataclass(frozen=True, slots=True)
class Coverage:
    """One signer's signatures laid over the files of the release; paths are sorted.

    A file that is itself one of the verified bundles is not counted as unsigned: a
    signature cannot sign itself.
    """

    signer: Signer
    signed: tuple[str, ...]
    changed: tuple[str, ...]
    unsigned: tuple[str, ...]
    missing: tuple[str, ...]
    ignored: tuple[str, ...]


def coverage(files: Iterable[File], findings: Iterable[Finding]) -> tuple[Coverage, ...]:
    """Lay each signer's verified bundles over the files, one Coverage a signer.

    Signers are never merged: a trusted signature over a README must not lend its name to
    weights that a stranger signed.
    """
    listed = {file.path: file.sha256 for file in files}
    verified = [finding for finding in findings if isinstance(finding, VerifiedBundle)]
    bundles = {finding.bundle_sha256 for finding in verified}
    signatures = {path for path, sha256 in listed.items() if sha256 in bundles}
    by_signer: dict[bytes, list[VerifiedBundle]] = {}
    for finding in verified:
        by_signer.setdefault(_key(finding.signer), []).append(finding)
    return tuple(_lay(listed, signatures, group) for _, group in sorted(by_signer.items()))


def _key(signer: Signer) -> bytes:
    # Claims are part of who signed: another workflow run is another signer to policy.
    who = [signer.trust_domain, signer.issuer, signer.identity_type, signer.identity]
    return canonical_json([*who, signer.trust_root_sha256, dict(signer.claims)])


def _lay(
    listed: Mapping[str, Digest], signatures: set[str], group: list[VerifiedBundle]
) -> Coverage:
    signed: set[str] = set()
    changed: set[str] = set()
    missing: set[str] = set()
    ignored: set[str] = set()
    for bundle in group:
        ignored.update(bundle.ignored_paths)
        for path, sha256 in bundle.signed_files.items():
            if path not in listed:
                missing.add(path)
            elif listed[path] == sha256:
                signed.add(path)
            else:
                changed.add(path)
    return Coverage(
        signer=group[0].signer,
        signed=tuple(sorted(signed)),
        changed=tuple(sorted(changed)),
        unsigned=tuple(sorted(set(listed) - signed - changed - signatures)),
        missing=tuple(sorted(missing)),
        ignored=tuple(sorted(ignored)),
    )
