from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.digest import Digest
from app.domain.errors import DocumentMissingError, InvalidDigestError, InvalidSubmissionError
from app.domain.release import DocumentReference, EvidenceReference, File
from app.gate import validate
from tests.builders import CONFIG, WEIGHTS, a_reference, a_submission
from tests.fakes.stores import InMemoryDocuments

NONE = InMemoryDocuments()


def test_a_submission_becomes_a_release_of_its_sorted_files() -> None:
    release = validate.release(a_submission(files=(WEIGHTS, CONFIG)), NONE)

    assert release.files == (CONFIG, WEIGHTS)


@pytest.mark.parametrize(
    "path",
    ["../x", "a/../x", "/x", "a//x", "./x", "a/", "", "a\\x", "a\nx", "a\u202ex", "x" * 1025],
)
def test_a_path_that_systems_resolve_differently_is_refused(path: str) -> None:
    files = (WEIGHTS, File(path, 1, Digest.of(b"x")))

    with pytest.raises(InvalidSubmissionError) as raised:
        validate.release(a_submission(files=files), NONE)

    assert raised.value.pointer == "/files/1/path"


@pytest.mark.parametrize("path", ["x..y", ".github/x.py", "a/b c/é.bin", "..x"])
def test_an_odd_but_plain_path_is_a_file(path: str) -> None:
    files = (WEIGHTS, File(path, 1, Digest.of(b"x")))

    assert len(validate.release(a_submission(files=files), NONE).files) == 2


@pytest.mark.parametrize(
    ("first", "second"), [("Model.bin", "model.bin"), ("A/x", "a/x"), ("caf\u00e9", "cafe\u0301")]
)
def test_two_paths_that_are_one_where_case_is_ignored_are_refused(first: str, second: str) -> None:
    files = (File(first, 1, Digest.of(b"x")), File(second, 1, Digest.of(b"y")))

    with pytest.raises(InvalidSubmissionError, match="one where case is ignored") as caught:
        validate.release(a_submission(files=files), NONE)

    assert caught.value.pointer == "/files/1/path"


def test_a_path_listed_twice_is_refused() -> None:
    with pytest.raises(InvalidSubmissionError, match="listed twice"):
        validate.release(a_submission(files=(WEIGHTS, replace(WEIGHTS, size=8))), NONE)


def test_a_release_without_files_is_refused() -> None:
    with pytest.raises(InvalidSubmissionError, match="at least one file"):
        validate.release(a_submission(files=()), NONE)


def test_an_inline_document_has_the_digest_of_its_bytes() -> None:
    release = validate.release(a_submission(bundles=(a_reference(b"{}"),)), NONE)

    assert release.bundles[0].sha256 == Digest.of(b"{}")


def test_an_inline_document_under_another_digest_is_refused() -> None:
    wrong = replace(a_reference(b"{}"), sha256=Digest.of(b"[]"))

    with pytest.raises(InvalidDigestError) as raised:
        validate.release(a_submission(bundles=(wrong,)), NONE)

    assert raised.value.pointer == "/bundles/0/sha256"


def test_an_uploaded_document_is_read_by_its_digest() -> None:
    documents = InMemoryDocuments()
    documents.put(Digest.of(b"{}"), b"{}")
    uploaded = DocumentReference("r.json", Digest.of(b"{}"), None)

    release = validate.release(
        a_submission(evaluations=(EvidenceReference((uploaded,), None),)), documents
    )

    assert release.evaluations[0].files[0].content == b"{}"


def test_a_document_that_was_never_uploaded_is_pointed_at() -> None:
    absent = EvidenceReference((DocumentReference("r.json", Digest.of(b"{}"), None),), None)

    with pytest.raises(DocumentMissingError, match="PUT /v1/blobs/") as raised:
        validate.release(a_submission(evaluations=(absent,)), NONE)

    assert raised.value.pointer == "/evaluations/0/files/0/sha256"


def test_a_document_without_digest_and_content_is_refused() -> None:
    empty = EvidenceReference((DocumentReference("README.md", None, None),), None)

    with pytest.raises(InvalidSubmissionError) as raised:
        validate.release(a_submission(model_card=empty), NONE)

    assert raised.value.pointer == "/model_card/files/0"
