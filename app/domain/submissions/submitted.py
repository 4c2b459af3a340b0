"""A submission as it is kept: its documents by digest, its files by the release digest."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.domain.canonical import canonical_json, read_json
from app.domain.digest import Digest
from app.domain.release import (
    DocumentReference,
    EvidenceReference,
    File,
    Release,
    RollbackTarget,
    Submission,
)
from app.domain.submissions import frozen


@dataclass(frozen=True, slots=True)
class Addition:
    """What completes a submission. What is one, replaces; what are several, are added."""

    model_card: EvidenceReference | None = None
    evaluations: tuple[EvidenceReference, ...] = ()
    bundles: tuple[DocumentReference, ...] = ()
    change_note: str | None = None
    rollback: RollbackTarget | None = None


def written(submission: Submission, release: Release) -> bytes:
    """Write a submission without its files, and with every document by its digest.

    References are written as the release has them, without credentials.
    """
    kept = replace(
        submission,
        files=(),
        model_card=submission.model_card and _evidence(submission.model_card),
        evaluations=tuple(map(_evidence, submission.evaluations)),
        bundles=tuple(map(_document, submission.bundles)),
        references=tuple(reference.uri for reference in release.references),
    )
    return canonical_json(frozen.written(kept))


def read(content: bytes, files: tuple[File, ...]) -> Submission:
    """Read back what `written` wrote, over the files of the release."""
    return replace(frozen.read(Submission, read_json(content)), files=files)


def completed(submission: Submission, addition: Addition) -> Submission:
    """Complete a submission; a document that is there already is not there twice."""
    evaluations = {_key(one): one for one in (*submission.evaluations, *addition.evaluations)}
    bundles = {_digest(one): one for one in (*submission.bundles, *addition.bundles)}
    return replace(
        submission,
        model_card=addition.model_card or submission.model_card,
        evaluations=tuple(evaluations.values()),
        bundles=tuple(bundles.values()),
        change_note=addition.change_note or submission.change_note,
        rollback=addition.rollback or submission.rollback,
    )


def _key(reference: EvidenceReference) -> tuple[Digest | None, ...]:
    return tuple(_digest(file) for file in reference.files)


def _digest(reference: DocumentReference) -> Digest | None:
    return reference.sha256 if reference.content is None else Digest.of(reference.content)


def _evidence(reference: EvidenceReference) -> EvidenceReference:
    return replace(reference, files=tuple(map(_document, reference.files)))


def _document(reference: DocumentReference) -> DocumentReference:
    if reference.content is None:
        return reference
    return replace(reference, sha256=Digest.of(reference.content), content=None)
