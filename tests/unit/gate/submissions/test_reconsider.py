from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.api import contracts
from app.domain.approvals.standing import Vote
from app.domain.caller import Role
from app.domain.decision import Decision
from app.domain.digest import Digest
from app.domain.entry import Entry, Kind
from app.domain.errors import NotFoundError, PolicyEngineError
from app.gate import decide
from app.gate.approvals import voting
from app.gate.submissions import complete, concerned, reconsider
from app.gate.submissions.concerned import Concerned
from tests.builders import a_caller, a_submission
from tests.fakes.stores import InMemoryDocuments
from tests.versions import TEAM, files, named
from tests.worlds import World, a_world, wants_a_data_scientist

DORA = a_caller("dora@acme.example", Role.DATA_SCIENTIST)


@pytest.fixture
def world() -> World:
    return a_world(wants_a_data_scientist)


def submitted(world: World, weights: str = "1.0.0") -> Entry:
    submission = a_submission(model=named("1.0.0"), files=files(weights))
    decision = complete.submit(submission, TEAM, world.ports, None, None)
    return entry_of(world, decision)


def entry_of(world: World, decision: Decision) -> Entry:
    found = world.ports.log.find(str(decision.decision_id), Kind.DECISION)
    assert found is not None
    return found


def approve(world: World, decided: Entry) -> None:
    digest = json.loads(decided.body)["release"]["digest"]
    voting.vote(digest, Vote.APPROVE, "", DORA, world.ports, None)


def test_an_approval_that_was_missing_allows_the_release(world: World) -> None:
    waiting = submitted(world)
    assert reconsider.again(waiting, world.ports).outcome == "pending"
    approve(world, waiting)

    assert reconsider.again(waiting, world.ports).outcome == "allow"


def test_the_submitter_stays_the_submitter_and_who_voted_becomes_none(world: World) -> None:
    waiting = submitted(world)
    approve(world, waiting)
    decision = reconsider.again(waiting, world.ports)

    assert decision.body["submitted_by"] == TEAM.subject
    digest = json.loads(waiting.body)["release"]["digest"]
    assert world.ports.log.submitters(digest) == {TEAM.subject}


def test_the_submission_points_at_the_new_decision(world: World) -> None:
    decision = reconsider.again(submitted(world), world.ports)

    there = complete.newest(named("1.0.0"), "production", TEAM, world.ports)
    assert there.id == decision.decision_id


def test_a_submission_that_was_replaced_stays_the_newer_one(world: World) -> None:
    older, newer = submitted(world), submitted(world, "1.1.0")
    reconsider.again(older, world.ports)

    assert complete.newest(named("1.0.0"), "production", TEAM, world.ports).id == newer.id


def test_a_release_that_was_decided_without_a_submission_place_gets_none(world: World) -> None:
    submission = a_submission(model=named("1.0.0"), files=files("1.0.0"))
    waiting = entry_of(world, decide.decide(submission, TEAM, world.ports, None))
    reconsider.again(waiting, world.ports)

    assert world.ports.log.at_place(complete.place(named("1.0.0"), "production")) is None


def test_a_submission_that_is_not_kept_is_not_decided_again(world: World) -> None:
    waiting = submitted(world)
    emptied = replace(world.ports, documents=InMemoryDocuments())

    with pytest.raises(NotFoundError, match="is not kept"):
        reconsider.again(waiting, emptied)


def test_without_the_engine_nothing_is_allowed_by_the_vote(world: World) -> None:
    waiting = submitted(world)
    approve(world, waiting)
    world.engine.stop()

    with pytest.raises(PolicyEngineError):
        reconsider.again(waiting, world.ports)
    assert complete.newest(named("1.0.0"), "production", TEAM, world.ports).id == waiting.id


class Lacking:
    """Documents without one of them."""

    def __init__(self, world: World, sha256: str) -> None:
        self._whole, self._lost = world.ports.documents, sha256

    def put(self, sha256: Digest, content: bytes) -> bool:
        return self._whole.put(sha256, content)

    def read(self, sha256: Digest) -> bytes | None:
        return None if sha256 == self._lost else self._whole.read(sha256)


def test_a_stage_on_which_the_gate_cannot_decide_keeps_no_other_from_a_veto(world: World) -> None:
    first = a_submission(model=named("1.0.0"), files=files("1.0.0"), stage="staging")
    staging = entry_of(world, decide.decide(first, TEAM, world.ports, None))
    production = submitted(world)
    approve(world, production)
    reconsider.again(production, world.ports)
    digest = json.loads(production.body)["release"]["digest"]
    vetoed = voting.vote(digest, Vote.VETO, "", DORA, world.ports, None)
    lost = json.loads(staging.body)["submission_sha256"]

    lacking = replace(world.ports, documents=Lacking(world, lost))
    again = reconsider.each(concerned.by_vote(vetoed, world.ports.log), lacking)

    latest = complete.newest(named("1.0.0"), "production", TEAM, world.ports)
    assert [json.loads(one.decided.body)["release"]["stage"] for one in again.undecided] == [
        "staging"
    ]
    assert json.loads(latest.body)["outcome"] != "allow"


def test_what_could_not_be_decided_is_told_with_the_reason(world: World) -> None:
    waiting = submitted(world)
    world.engine.stop()
    again = reconsider.each(Concerned((waiting,), is_whole=False), world.ports)

    told = reconsider.written(again)
    contracts.check("reconsidered", told)
    assert (told["decided"], told["is_complete"]) == ([], False)
    (left,) = again.undecided
    assert left.why.startswith("policy_engine_unavailable: ")
