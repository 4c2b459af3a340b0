from __future__ import annotations

from app.domain.digest import Digest
from app.domain.release import DocumentReference, EvidenceReference, RollbackTarget
from app.domain.submissions import submitted
from app.domain.submissions.submitted import Addition
from tests.builders import CONFIG, WEIGHTS, a_reference, a_release, a_submission


def evidence(content: bytes) -> EvidenceReference:
    return EvidenceReference((a_reference(content),), None)


def by_digest(content: bytes) -> DocumentReference:
    return DocumentReference("a.json", Digest.of(content), None)


def test_a_submission_is_kept_with_its_documents_by_digest() -> None:
    sent = a_submission(evaluations=(evidence(b"report"),), bundles=(a_reference(b"bundle"),))

    kept = submitted.read(submitted.written(sent, a_release()), (WEIGHTS, CONFIG))

    assert kept.files == (WEIGHTS, CONFIG)
    assert kept.bundles == (by_digest(b"bundle"),)
    assert kept.evaluations == (EvidenceReference((by_digest(b"report"),), None),)


def test_an_addition_adds_to_lists_and_replaces_the_rest() -> None:
    before = a_submission(
        model_card=evidence(b"old card"), evaluations=(evidence(b"one"),), change_note="Old."
    )
    target = RollbackTarget("1.3.0", Digest.of(b"earlier"))
    addition = Addition(
        model_card=evidence(b"new card"),
        evaluations=(evidence(b"two"),),
        bundles=(a_reference(b"bundle"),),
        rollback=target,
    )

    whole = submitted.completed(before, addition)

    assert whole.model_card == evidence(b"new card")
    assert whole.evaluations == (evidence(b"one"), evidence(b"two"))
    assert whole.bundles == (a_reference(b"bundle"),)
    assert (whole.change_note, whole.rollback) == ("Old.", target)


def test_what_is_there_already_is_not_there_twice() -> None:
    before = a_submission(
        evaluations=(EvidenceReference((by_digest(b"one"),), None),), bundles=(by_digest(b"b"),)
    )
    addition = Addition(evaluations=(evidence(b"one"),), bundles=(a_reference(b"b"),))

    whole = submitted.completed(before, addition)

    assert (len(whole.evaluations), len(whole.bundles)) == (1, 1)


def test_an_addition_of_nothing_changes_nothing() -> None:
    assert submitted.completed(a_submission(), Addition()) == a_submission()
