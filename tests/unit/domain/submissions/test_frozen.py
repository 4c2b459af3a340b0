from __future__ import annotations

from typing import Any

import pytest

from app.domain.digest import Digest
from app.domain.errors import InvalidDigestError
from app.domain.release import (
    ChangePlan,
    DocumentReference,
    EvidenceReference,
    ModelVersion,
    RollbackTarget,
    Submission,
)
from app.domain.submissions import frozen
from tests.builders import a_submission

CARD = EvidenceReference((DocumentReference("README.md", Digest.of(b"card"), None),), "markdown")
WHOLE = a_submission(
    model_card=CARD,
    evaluations=(CARD, CARD),
    bundles=CARD.files,
    change_note="Better.",
    rollback=RollbackTarget("1.3.0", Digest.of(b"earlier")),
    references=("oci://registry.example/scorer",),
    clusters=("eu-1",),
    people={"trained": ("dora", "dan")},
    change_plan=ChangePlan(Digest.of(b"plan"), "retrain"),
)


@pytest.mark.parametrize("submission", [a_submission(), WHOLE], ids=["bare", "whole"])
def test_what_is_written_is_read_back(submission: Submission) -> None:
    assert frozen.read(Submission, frozen.written(submission)) == submission


def test_what_is_none_is_left_out() -> None:
    assert "model_card" not in frozen.written(a_submission())


def test_what_was_not_there_yet_when_it_was_written_is_empty() -> None:
    document = frozen.written(a_submission())
    for name in ("people", "references", "clusters"):
        del document[name]

    assert frozen.read(Submission, document) == a_submission()


def test_a_member_that_is_not_known_is_let_be() -> None:
    document = {**frozen.written(a_submission()), "of_a_later_gate": True}

    assert frozen.read(Submission, document) == a_submission()


def test_bytes_are_not_written() -> None:
    with pytest.raises(TypeError):
        frozen.written(DocumentReference("a", None, b"content"))


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        (ModelVersion, {"namespace": "acme"}),
        (ModelVersion, "acme"),
        (RollbackTarget, {"version": "1", "release_digest": "no digest"}),
    ],
)
def test_what_is_not_of_its_type_is_refused(kind: type[Any], document: object) -> None:
    with pytest.raises((TypeError, InvalidDigestError)):
        frozen.read(kind, document)
