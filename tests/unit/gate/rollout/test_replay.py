from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from app.domain.canonical import canonical_json
from app.domain.decision import EngineIdentity, Outcome, Point, Reason, Verdict
from app.domain.digest import Digest
from app.domain.errors import PolicyEngineError
from app.domain.rollout.replayed import Kind, Replay
from app.gate import record
from app.gate.rollout.replay import replay
from tests.builders import a_caller, a_held, a_release

DOCUMENT = {"schema": "countersign.dev/policy-input/v1", "now": 1}
TOO_LOW = Reason(
    "evaluation.below_threshold",
    "/evaluations",
    "0.79 is too low",
    is_pending=False,
    who="submitter",
    how="do better",
    observed="0.79",
    required="0.8",
)
OPEN = Reason(
    "approvals.seat_open",
    "/approvals",
    "open",
    is_pending=True,
    who="approver",
    how="approve",
    observed=None,
    required=None,
)


def a_verdict(*reasons: Reason) -> Verdict:
    outcome = Outcome.DENY if reasons else Outcome.ALLOW
    if reasons and all(reason.is_pending for reason in reasons):
        outcome = Outcome.PENDING
    engine = EngineIdentity("test", "1")
    return Verdict(outcome, reasons, (), "production/limited", ("evaluation",), "r1", engine)


def a_decision(verdict: Verdict, document: Mapping[str, Any] = DOCUMENT) -> dict[str, Any]:
    body = dict(record.rehearsal(a_release(), document, a_held(), verdict, a_caller()).body)
    return {**body, "decision_id": "d-1"}


class FakeCandidate:
    """Says the same of every document."""

    revision = "r2"

    def __init__(self, answer: Verdict | PolicyEngineError) -> None:
        self._answer = answer

    def evaluate_all(self, documents: Sequence[bytes]) -> list[Verdict | PolicyEngineError]:
        return [self._answer for _ in documents]


def stored(*documents: object) -> Callable[[Digest], bytes | None]:
    contents = [canonical_json(document) for document in documents]
    return {Digest.of(content): content for content in contents}.get


def replayed(
    before: Verdict,
    after: Verdict | PolicyEngineError,
    read_input: Callable[[Digest], bytes | None] | None = None,
) -> Replay:
    read = stored(DOCUMENT) if read_input is None else read_input
    return replay([a_decision(before)], read, FakeCandidate(after))


@pytest.mark.parametrize("verdict", [a_verdict(), a_verdict(TOO_LOW), a_verdict(OPEN)])
def test_policies_that_say_the_same_change_nothing(verdict: Verdict) -> None:
    assert replayed(verdict, verdict) == Replay("r2", 1, (), ())


def test_a_deny_that_would_be_allowed_is_loosened() -> None:
    (change,) = replayed(a_verdict(TOO_LOW), a_verdict()).changes

    assert change.kind is Kind.OUTCOME
    assert change.loosens
    assert (change.before.outcome, change.after.outcome) == (Outcome.DENY, Outcome.ALLOW)


def test_a_pending_that_would_be_allowed_is_loosened() -> None:
    assert replayed(a_verdict(OPEN), a_verdict()).loosened


def test_an_allow_that_would_be_denied_is_a_flip_and_not_loosened() -> None:
    found = replayed(a_verdict(), a_verdict(TOO_LOW))

    assert found.flips == {(Outcome.ALLOW, Outcome.DENY): 1}
    assert found.loosened == ()


def test_a_deny_that_would_be_allowed_at_one_point_is_loosened_there() -> None:
    elsewhere = tuple(point for point in Point if point is not Point.ADMISSION)
    points = tuple((p, Outcome.DENY if p in elsewhere else Outcome.ALLOW) for p in Point)
    scoped = replace(a_verdict(replace(TOO_LOW, points=elsewhere)), points=points)

    (change,) = replayed(a_verdict(TOO_LOW), scoped).changes

    assert (change.kind, change.loosens, change.place) == (Kind.OUTCOME, True, Point.ADMISSION)
    assert change.flip == (Outcome.DENY, Outcome.ALLOW)


def test_a_deny_for_another_reason_is_a_change_of_reasons() -> None:
    other = replace(TOO_LOW, code="evaluation.stale")
    (change,) = replayed(a_verdict(TOO_LOW), a_verdict(other)).changes

    assert change.kind is Kind.REASONS


def test_a_deny_with_another_threshold_is_a_change_of_details() -> None:
    stricter = replace(TOO_LOW, required="0.9")
    (change,) = replayed(a_verdict(TOO_LOW), a_verdict(stricter)).changes

    assert change.kind is Kind.DETAILS


def test_more_reasons_than_are_recorded_are_compared_by_their_number() -> None:
    many = [replace(TOO_LOW, at=f"/evaluations/{n:03}") for n in range(record.MOST_REASONS + 2)]

    assert replayed(a_verdict(*many), a_verdict(*many)).same == 1
    assert replayed(a_verdict(*many), a_verdict(*many[:-1])).same == 0


def test_a_text_longer_than_is_recorded_is_the_same() -> None:
    long = replace(TOO_LOW, message="x" * (record.LONGEST_TEXT + 1))

    assert replayed(a_verdict(long), a_verdict(long)).same == 1


def test_a_decision_whose_input_is_gone_is_not_replayed() -> None:
    found = replayed(a_verdict(), a_verdict(), stored())

    assert found.replayed == 0
    assert found.not_replayed[0].why == "its input is not stored"


def test_a_decision_whose_input_was_changed_is_not_replayed() -> None:
    found = replayed(a_verdict(), a_verdict(), lambda _: canonical_json({**DOCUMENT, "now": 2}))

    assert found.not_replayed[0].why == "its stored input is not the recorded one"


def test_a_decision_that_the_candidate_cannot_decide_is_not_replayed() -> None:
    found = replayed(a_verdict(TOO_LOW), PolicyEngineError("status 500"))

    assert found.not_replayed[0].why == "the candidate gives no verdict: status 500"


def test_votes_that_were_counted_against_another_quorum_are_not_guessed() -> None:
    outdated = replace(TOO_LOW, code="approvals.seats_outdated")

    assert replayed(a_verdict(), a_verdict(outdated)).not_replayed
    assert replayed(a_verdict(OPEN), a_verdict(outdated, OPEN)).not_replayed


def test_seats_that_were_outdated_when_it_was_decided_are_the_same() -> None:
    outdated = replace(TOO_LOW, code="approvals.seats_outdated")

    assert replayed(a_verdict(outdated), a_verdict(outdated)).same == 1


def test_another_quorum_does_not_hide_a_deny_that_no_vote_can_change() -> None:
    outdated = replace(TOO_LOW, code="approvals.seats_outdated")
    (change,) = replayed(a_verdict(), a_verdict(outdated, TOO_LOW)).changes

    assert change.after.outcome is Outcome.DENY


@pytest.mark.parametrize("name", ["release", "outcome", "reasons", "reasons_total", "input_sha256"])
def test_a_record_of_an_unknown_form_is_not_replayed(name: str) -> None:
    body = a_decision(a_verdict())
    del body[name]
    found = replay([body], stored(DOCUMENT), FakeCandidate(a_verdict()))

    assert found.not_replayed[0].why == "the record is of an unknown form"


def test_every_decision_is_same_changed_or_not_replayed() -> None:
    bodies = [a_decision(a_verdict(), {**DOCUMENT, "now": n}) for n in range(1300)]
    bodies[7] = a_decision(a_verdict(TOO_LOW), {**DOCUMENT, "now": 7})
    inputs = [{**DOCUMENT, "now": n} for n in range(1299)]
    found = replay(bodies, stored(*inputs), FakeCandidate(a_verdict()))

    assert (found.same, len(found.changes), len(found.not_replayed)) == (1298, 1, 1)
