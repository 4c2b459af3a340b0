"""VALIDATE: from a submission to a release: paths, digests, documents at hand."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from app.domain.canonical import pointer
from app.domain.digest import Digest
from app.domain.enforcement import reference
from app.domain.enforcement.reference import Reference
from app.domain.errors import DocumentMissingError, InvalidDigestError, InvalidSubmissionError
from app.domain.release import (
    Document,
    DocumentReference,
    Evidence,
    EvidenceReference,
    File,
    Release,
    Submission,
    folded,
    release_digest,
)
from app.ports import Documents

LONGEST_PATH = 1024


def release(submission: Submission, documents: Documents) -> Release:
    """From a submission to a release whose every document is at hand under its digest.

    Raises InvalidSubmissionError, InvalidDigestError or DocumentMissingError with a
    pointer into the submission.
    """
    files = _files(submission.files)
    card = submission.model_card
    return Release(
        digest=release_digest(files),
        model=submission.model,
        files=files,
        stage=submission.stage,
        risk_tier=submission.risk_tier,
        model_card=None if card is None else _evidence(card, documents, "/model_card"),
        evaluations=tuple(
            _evidence(reference, documents, pointer("evaluations", index))
            for index, reference in enumerate(submission.evaluations)
        ),
        bundles=tuple(
            _document(reference, documents, pointer("bundles", index))
            for index, reference in enumerate(submission.bundles)
        ),
        change_note=submission.change_note,
        rollback=submission.rollback,
        people=submission.people,
        change_plan=submission.change_plan,
        references=tuple(
            _reference(text, pointer("references", index))
            for index, text in enumerate(submission.references)
        ),
        clusters=tuple(sorted(set(submission.clusters))),
    )


def _reference(text: str, at: str) -> Reference:
    try:
        return reference.parse(text)
    except InvalidSubmissionError as error:
        raise InvalidSubmissionError(error.message, pointer=at) from error


def _files(files: Sequence[File]) -> tuple[File, ...]:
    if not files:
        raise InvalidSubmissionError("a release has at least one file", pointer="/files")
    seen: dict[str, str] = {}
    for index, file in enumerate(files):
        at = pointer("files", index, "path")
        _check_path(file.path, at)
        # Where case is ignored one file would take the other's place, checked or not.
        other = seen.setdefault(folded(file.path), file.path)
        if len(seen) == index:
            message = f"the path {file.path!r} is listed twice"
            if other != file.path:
                message = f"two paths are one where case is ignored: {other!r} and {file.path!r}"
            raise InvalidSubmissionError(message, pointer=at)
    return tuple(sorted(files, key=lambda file: file.path))


def _check_path(path: str, at: str) -> None:
    # A path that two systems resolve differently would let one file be checked and another used.
    parts = path.split("/")
    if len(path) > LONGEST_PATH or "\\" in path or any(p in {"", ".", ".."} for p in parts):
        expected = "a relative path with / between its parts and without '.', '..' or empty parts"
        raise InvalidSubmissionError(f"expected {expected}: {path[:120]!r}", pointer=at)
    if any(unicodedata.category(character).startswith("C") for character in path):
        message = f"the path holds a control or format character: {path[:120]!r}"
        raise InvalidSubmissionError(message, pointer=at)


def _evidence(reference: EvidenceReference, documents: Documents, at: str) -> Evidence:
    files = tuple(
        _document(file, documents, at + pointer("files", index))
        for index, file in enumerate(reference.files)
    )
    return Evidence(files=files, format=reference.format, pointer=at)


def _document(reference: DocumentReference, documents: Documents, at: str) -> Document:
    content, sha256 = reference.content, reference.sha256
    if content is None and sha256 is not None:
        content = documents.read(sha256)
        if content is None:
            message = f"no document {sha256} was uploaded: PUT /v1/blobs/{sha256} first"
            raise DocumentMissingError(message, pointer=at + "/sha256")
    if content is None:
        message = "expected the document's sha256, text or base64"
        raise InvalidSubmissionError(message, pointer=at)
    actual = Digest.of(content)
    if sha256 is not None and actual != sha256:
        message = f"the document's digest is {actual}, not {sha256}"
        raise InvalidDigestError(message, pointer=at + "/sha256")
    return Document(name=reference.name, sha256=actual, content=content)
