"""What is released: the submission as it came, and the release it is checked into."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain.canonical import canonical_json, read_json
from app.domain.digest import Digest
from app.domain.enforcement.reference import Reference


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """The name under which a release is known."""

    namespace: str
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class File:
    """One regular file of the model: a relative POSIX path, its size in bytes, its digest."""

    path: str
    size: int
    sha256: Digest


@dataclass(frozen=True, slots=True)
class Document:
    """A document by digest, with its bytes: evidence or a signature bundle."""

    name: str
    sha256: Digest
    content: bytes


@dataclass(frozen=True, slots=True)
class DocumentReference:
    """A document as a submission names it: uploaded before (`content` is None) or inline."""

    name: str
    sha256: Digest | None
    content: bytes | None


@dataclass(frozen=True, slots=True)
class EvidenceReference:
    """One piece of evidence as submitted: one or several files, and perhaps their format."""

    files: tuple[DocumentReference, ...]
    format: str | None


@dataclass(frozen=True, slots=True)
class RollbackTarget:
    """The version to go back to if this release fails."""

    version: str
    release_digest: Digest


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """The predetermined change plan that a change keeps to, and which of its kinds it is."""

    sha256: Digest
    kind: str


People = Mapping[str, tuple[str, ...]]
"""Who made and measured a model, by duty: trained, labelled, evaluated. A duty of which
nothing was said is absent."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What a team sends: everything it claims, nothing yet believed."""

    model: ModelVersion
    files: tuple[File, ...]
    stage: str
    risk_tier: str
    model_card: EvidenceReference | None
    evaluations: tuple[EvidenceReference, ...]
    bundles: tuple[DocumentReference, ...]
    change_note: str | None
    rollback: RollbackTarget | None
    people: People
    change_plan: ChangePlan | None
    references: tuple[str, ...] = ()
    """Where deployments take the model from, as they write it."""
    clusters: tuple[str, ...] = ()
    """The clusters that the release is meant for; none named: all of the stage."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence with its bytes at hand, unread."""

    files: tuple[Document, ...]
    format: str | None
    pointer: str

    @property
    def documents(self) -> tuple[Document, ...]:
        """Everything that settles what is read: who states the evidence has to state it all."""
        return self.files

    @property
    def sha256(self) -> Digest:
        """Digest of the evidence: its one file's, or that of the list of its files' digests."""
        if len(self.files) == 1:
            return self.files[0].sha256
        return Digest.of(canonical_json([[file.name, file.sha256] for file in self.files]))


@dataclass(frozen=True, slots=True)
class Release:
    """A submission whose form was checked and whose documents are all at hand."""

    digest: Digest
    model: ModelVersion
    files: tuple[File, ...]
    stage: str
    risk_tier: str
    model_card: Evidence | None
    evaluations: tuple[Evidence, ...]
    bundles: tuple[Document, ...]
    change_note: str | None
    rollback: RollbackTarget | None
    people: People
    change_plan: ChangePlan | None
    references: tuple[Reference, ...] = ()
    clusters: tuple[str, ...] = ()


def release_digest(files: Iterable[File]) -> Digest:
    """Identify a release by the digest over path, size and sha256 of every file.

    SHA-256 of the RFC 8785 JSON of the list sorted by path (as code points). File names
    are part of the identity: an OMS root digest leaves them out, so swapping two files
    would keep it.
    """
    return Digest.of(listing(files))


def listing(files: Iterable[File]) -> bytes:
    """Write the files of a release as the document whose digest is the release digest."""
    listed = sorted((file.path, file.size, file.sha256) for file in files)
    rows = [{"path": path, "size": size, "sha256": sha256} for path, size, sha256 in listed]
    return canonical_json(rows)


def manifest(release: Release) -> bytes:
    """Write which files each piece of evidence is made of, so that it can be read again."""
    card = release.model_card
    return canonical_json(
        {
            "model_card": None if card is None else _listed_evidence(card),
            "evaluations": [_listed_evidence(evidence) for evidence in release.evaluations],
        }
    )


def _listed_evidence(evidence: Evidence) -> dict[str, object]:
    files = [{"name": file.name, "sha256": file.sha256} for file in evidence.files]
    return {"files": files, "format": evidence.format}


def folded(path: str) -> str:
    """Give the form that paths share when some file system takes them for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def listed_files(content: bytes) -> tuple[File, ...]:
    """Read back what `listing` wrote."""
    rows = read_json(content)
    return tuple(File(row["path"], row["size"], Digest(row["sha256"])) for row in rows)
