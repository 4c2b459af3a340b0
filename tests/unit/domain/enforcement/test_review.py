from __future__ import annotations

from typing import Any

import pytest

from app.domain.enforcement import answer as answers
from app.domain.enforcement import review
from app.domain.enforcement.answer import Answer, Ground, Ruling
from app.domain.enforcement.manifest import FoundReference, Manifest, Role, Unread
from app.domain.enforcement.review import Admission, Answered, Review


def a_review(**changes: Any) -> Review:
    made: dict[str, Any] = {
        "uid": "u",
        "operation": "CREATE",
        "subresource": "",
        "namespace": "team-a",
        "user": "ann",
        "is_dry_run": False,
        "object": {"metadata": {}},
        "old_object": None,
    }
    return Review(**{**made, **changes})


def found(uri: str = "s3://b/m", role: Role = Role.MODEL) -> FoundReference:
    return FoundReference("/spec/storageUri", uri, role, None)


def a_manifest(*references: FoundReference, kind: str = "Pod", unread: Any = ()) -> Manifest:
    return Manifest("v1", kind, "team-a", "m", references, tuple(unread))


def said(ruling: Ruling = Ruling.DENY, **changes: Any) -> Answered:
    made: dict[str, Any] = {
        "ruling": ruling,
        "message": f"{ruling.value}: acme/scorer 1.0 for production: a.b: too low",
        "stage": "production",
        "grounds": (Ground("a.b", "too low", is_pending=False, who="submitter", how="Mend it."),),
        "decision_id": "d-1",
    }
    return Answered(found(), Answer(**{**made, **changes}))


@pytest.mark.parametrize(
    "changes",
    [
        {"operation": "DELETE", "object": None},
        {"operation": "CONNECT"},
        {"operation": "UPDATE", "subresource": "status"},
        {"operation": "UPDATE", "object": {"metadata": {"deletionTimestamp": "2026-11-24"}}},
        {"object": None},
    ],
)
def test_these_change_no_model(changes: dict[str, Any]) -> None:
    assert a_review(**changes).changes_no_model


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"operation": "UPDATE"},
        {"operation": "UPDATE", "subresource": "ephemeralcontainers"},
        {"object": {"metadata": {"deletionTimestamp": "2026-11-24"}}},
    ],
)
def test_these_may(changes: dict[str, Any]) -> None:
    assert not a_review(**changes).changes_no_model


def test_what_was_named_before_is_nothing_new() -> None:
    old = a_manifest(found("s3://1"), found("s3://2"))

    assert review.names_nothing_new(a_manifest(found("s3://2")), old)
    assert not review.names_nothing_new(a_manifest(found("s3://3")), old)
    assert not review.names_nothing_new(a_manifest(found("s3://1", Role.ADAPTER)), old)


def test_a_riddle_that_was_not_there_before_is_new() -> None:
    riddle = Unread("/spec/x", "why")

    assert not review.names_nothing_new(a_manifest(unread=[riddle]), a_manifest())
    assert review.names_nothing_new(a_manifest(unread=[riddle]), a_manifest(unread=[riddle]))


def test_code_counts_where_nothing_else_says_what_is_served() -> None:
    code = found("https://h/w.zip", Role.CODE)

    assert review.to_be_released(a_manifest(code, kind="RayService")) == (code,)
    assert review.to_be_released(a_manifest(code, found(), kind="RayService")) == (found(),)
    assert review.to_be_released(a_manifest(code, kind="RayJob")) == ()


def test_nothing_named_is_let_in_and_nothing_is_told() -> None:
    passed = Admission()

    assert (passed.is_allowed, passed.outcome) == (True, "allow")
    assert review.audit(passed) == {}


@pytest.mark.parametrize(
    "changes", [{"unread": (Unread("/x", "why"),)}, {"faults": ("the store is gone",)}]
)
def test_what_could_not_be_read_or_told_is_never_let_in(changes: dict[str, Any]) -> None:
    admission = Admission(answered=(said(Ruling.ALLOW),), **changes)

    assert (admission.is_allowed, admission.outcome) == (False, "unknown")


def test_the_worst_is_told_first() -> None:
    admission = Admission(answered=(said(Ruling.PENDING), said(Ruling.ALLOW), said(Ruling.DENY)))

    assert admission.outcome == "deny"
    assert review.message(admission, "https://gate").splitlines() == [
        "deny: acme/scorer 1.0 for production: a.b: too low",
        "  model: s3://b/m (at /spec/storageUri)",
        "  next: submitter: Mend it.",
        "  decision: https://gate/v1/decisions/d-1",
        "pending: acme/scorer 1.0 for production: a.b: too low",
        "  model: s3://b/m (at /spec/storageUri)",
        "  next: submitter: Mend it.",
        "  decision: https://gate/v1/decisions/d-1",
    ]


def test_a_message_is_cut_and_counts_what_it_leaves_out() -> None:
    long = said(grounds=(Ground("a.b", "x", is_pending=False, who="submitter", how="y " * 600),))
    text = review.message(Admission(answered=(long,) * 9), "https://gate")

    assert len(text) <= review.LONGEST_MESSAGE
    short = review.message(Admission(answered=(said(),) * 9), "")
    assert "and 6 more models that are not let in" in short


def test_a_warning_is_one_line_of_what_a_server_passes_on() -> None:
    admission = Admission(answered=(said(Ruling.ALLOW, warnings=("a\nb" + "c" * 300,)),))
    (warning,) = review.warnings(admission)

    assert len(warning) == review.LONGEST_WARNING
    assert "\n" not in warning


def test_all_warnings_together_stay_within_the_limit() -> None:
    texts = tuple(f"{number:03}" + "c" * 300 for number in range(40))
    kept = review.warnings(Admission(answered=(said(Ruling.ALLOW, warnings=texts),)))

    assert sum(map(len, kept)) <= review.LONGEST_WARNINGS
    assert len(kept) == 16


def test_the_audit_log_gets_decisions_and_references() -> None:
    assert review.audit(Admission(answered=(said(Ruling.ALLOW), said(Ruling.ALLOW)))) == {
        "outcome": "allow",
        "decisions": "d-1",
        "references": "s3://b/m allow",
    }


def test_a_line_is_printable_and_of_this_length() -> None:
    assert answers.line("a\x00b\n c", 5) == "a b c"
    assert answers.line("abcdef", 3) == "ab\N{HORIZONTAL ELLIPSIS}"


def test_the_reasons_after_the_first_are_told_too() -> None:
    grounds = tuple(
        Ground(code, "so", is_pending=False, who="submitter", how="Mend it.")
        for code in ("a.a", "a.b", "a.c", "a.d")
    )
    text = review.message(Admission(answered=(said(grounds=grounds),)), "")

    assert [line for line in text.splitlines() if "and:" in line] == [
        "  and: a.b: so",
        "  and: a.c: so",
    ]
