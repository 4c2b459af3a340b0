from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from app.domain.approvals.standing import Vote
from app.domain.caller import Role
from app.domain.canonical import canonical_json
from app.domain.decision import Outcome
from app.domain.digest import Digest
from app.domain.entry import Idempotency, Kind
from app.domain.errors import (
    IdempotencyConflictError,
    InvalidSubmissionError,
    PolicyEngineError,
    StoreError,
    VerifierError,
)
from app.gate.approvals import voting
from app.gate.decide import decide, rehearse
from tests.builders import a_caller, a_reference, a_release, a_submission
from tests.worlds import a_world, allow, wants_a_data_scientist

KEY = Idempotency("ci@acme.example", "k-1", Digest.of(b"request"))


def nonsense(_: Mapping[str, Any]) -> object:
    return {"allow": True}


def test_a_decision_is_in_the_log_before_it_is_answered() -> None:
    world = a_world()

    decision = decide(a_submission(), a_caller(), world.ports, None)

    entry = world.ports.log.find(decision.decision_id or "", Kind.DECISION)
    assert entry is not None
    assert json.loads(entry.body) == decision.body
    assert decision.outcome is Outcome.ALLOW


def test_what_policy_read_can_be_read_back_by_its_digest() -> None:
    world = a_world()

    decision = decide(a_submission(), a_caller(), world.ports, None)

    stored = world.ports.documents.read(Digest(decision.body["input_sha256"])) or b""
    document = json.loads(stored)
    assert document["release"]["digest"] == a_release().digest
    assert canonical_json(document) == stored


def test_the_policies_that_decide_are_kept_once_under_their_revision() -> None:
    world = a_world()
    world.sources.at_hand["fake-1"] = b"sources"

    for _ in range(2):
        decide(a_submission(), a_caller(), world.ports, None)

    (kept,) = world.ports.log.page(Kind.POLICIES_KEPT, before=None, limit=9).entries
    assert kept.id == json.loads(kept.body)["policy"]["revision"] == "fake-1"
    assert world.ports.documents.read(Digest.of(b"sources")) == b"sources"
    assert kept.seq == 0


def test_policies_that_another_gate_kept_are_not_kept_again() -> None:
    world = a_world()
    for _ in range(2):
        world.sources.at_hand["fake-1"] = b"sources"
        decide(a_submission(), a_caller(), world.ports, None)

    assert len(world.ports.log.page(Kind.POLICIES_KEPT, before=None, limit=9).entries) == 1
    assert world.sources.at_hand == {}


def test_policies_that_are_not_at_hand_decide_and_are_not_kept() -> None:
    world = a_world()

    assert decide(a_submission(), a_caller(), world.ports, None).outcome is Outcome.ALLOW
    assert world.ports.log.page(Kind.POLICIES_KEPT, before=None, limit=9).entries == ()


def test_a_rehearsal_keeps_no_policies() -> None:
    world = a_world()
    world.sources.at_hand["fake-1"] = b"sources"

    rehearse(a_submission(), a_caller(), world.ports)

    assert world.ports.documents.read(Digest.of(b"sources")) is None


def test_inline_evidence_is_kept_beside_the_decision() -> None:
    world = a_world()

    decide(a_submission(bundles=(a_reference(b"{}"),)), a_caller(), world.ports, None)

    assert world.ports.documents.read(Digest.of(b"{}")) == b"{}"


def test_whoever_waits_hears_of_the_decision() -> None:
    world = a_world()

    decision = decide(a_submission(), a_caller(), world.ports, None)

    assert world.told == [decision.body]


def test_a_rehearsal_takes_the_same_steps_and_leaves_no_trace() -> None:
    world = a_world()

    rehearsal = rehearse(a_submission(bundles=(a_reference(b"{}"),)), a_caller(), world.ports)

    assert rehearsal.body["outcome"] == "allow"
    assert rehearsal.body["is_rehearsal"]
    assert world.ports.log.page(Kind.DECISION, before=None, limit=9).entries == ()
    assert world.ports.documents.read(Digest.of(b"{}")) is None
    assert world.told == []


def test_the_same_key_gives_the_same_decision() -> None:
    world = a_world()
    first = decide(a_submission(), a_caller(), world.ports, KEY)

    second = decide(a_submission(), a_caller(), world.ports, KEY)

    assert second.body == first.body
    assert len(world.told) == 1


def test_the_same_key_for_another_request_is_a_conflict() -> None:
    world = a_world()
    decide(a_submission(), a_caller(), world.ports, KEY)
    other = replace(KEY, request_sha256=Digest.of(b"another"))

    with pytest.raises(IdempotencyConflictError):
        decide(a_submission(stage="staging"), a_caller(), world.ports, other)


def test_an_engine_that_is_gone_is_recorded_as_could_not_decide() -> None:
    world = a_world()
    world.engine.stop()

    with pytest.raises(PolicyEngineError):
        decide(a_submission(), a_caller(), world.ports, None)

    (entry,) = world.ports.log.page(Kind.COULD_NOT_DECIDE, before=None, limit=9).entries
    assert json.loads(entry.body)["code"] == "policy_engine_unavailable"
    assert world.ports.log.page(Kind.DECISION, before=None, limit=9).entries == ()


def test_an_answer_that_is_no_verdict_is_never_an_allow() -> None:
    world = a_world(nonsense)

    with pytest.raises(PolicyEngineError):
        decide(a_submission(), a_caller(), world.ports, None)

    assert world.told == []


def test_without_anything_to_verify_against_nothing_is_decided() -> None:
    world = a_world()
    world.signatures.is_down = True

    with pytest.raises(VerifierError):
        decide(a_submission(bundles=(a_reference(),)), a_caller(), world.ports, None)


def test_without_a_record_there_is_no_decision() -> None:
    world = a_world()
    world.stores.close()

    with pytest.raises(StoreError):
        decide(a_submission(), a_caller(), world.ports, None)

    assert world.told == []


def test_a_bad_submission_is_recorded_nowhere() -> None:
    world = a_world()

    with pytest.raises(InvalidSubmissionError):
        decide(a_submission(files=()), a_caller(), world.ports, None)

    assert world.ports.log.page(Kind.COULD_NOT_DECIDE, before=None, limit=9).entries == ()


def test_an_approval_turns_pending_into_allow() -> None:
    world = a_world(wants_a_data_scientist)
    first = decide(a_submission(), a_caller(), world.ports, None)
    ada = a_caller("ada", Role.DATA_SCIENTIST)
    voting.vote(a_release().digest, Vote.APPROVE, "", ada, world.ports, None)

    second = decide(a_submission(), a_caller(), world.ports, None)

    assert (first.outcome, second.outcome) == (Outcome.PENDING, Outcome.ALLOW)


def test_whoever_submitted_first_cannot_approve_when_another_submits_again() -> None:
    world = a_world(wants_a_data_scientist)
    both = a_caller("ada", Role.SUBMITTER, Role.DATA_SCIENTIST)
    decide(a_submission(), both, world.ports, None)
    voting.vote(a_release().digest, Vote.APPROVE, "", both, world.ports, None)

    decision = decide(a_submission(), a_caller("ci@acme.example"), world.ports, None)

    assert decision.outcome is Outcome.PENDING


def test_a_reason_says_who_can_mend_it() -> None:
    world = a_world(wants_a_data_scientist)

    body = decide(a_submission(), a_caller(), world.ports, None).body

    assert body["reasons"][0]["fix"] == {"who": "data_scientist", "how": "approve the release"}
    assert body["next_actions"] == [
        {
            "who": "data_scientist",
            "how": "approve the release",
            "codes": ["approvals.seat_open"],
        }
    ]


def test_more_reasons_than_fit_are_counted() -> None:
    def many(document: Mapping[str, Any]) -> dict[str, Any]:
        template = wants_a_data_scientist(document)["reasons"][0]
        reasons = [{**template, "at": f"/approvals/seats/{n}"} for n in range(100)]
        return {**allow(document), "outcome": "pending", "reasons": reasons}

    body = decide(a_submission(), a_caller(), a_world(many).ports, None).body

    assert len(body["reasons"]) == 40
    assert body["reasons_total"] == 100
