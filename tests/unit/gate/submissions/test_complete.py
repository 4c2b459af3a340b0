from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from app.domain.caller import Role
from app.domain.decision import Decision
from app.domain.digest import Digest
from app.domain.entry import Idempotency
from app.domain.errors import ForbiddenError, MovedError, NotFoundError
from app.domain.log.contention import Expected
from app.domain.models import pointer
from app.domain.models.mark import State
from app.domain.release import EvidenceReference, ModelVersion
from app.domain.submissions.submitted import Addition
from app.gate.models import mark, promote
from app.gate.submissions import complete, look, reevaluate
from tests.builders import a_caller, a_reference, a_scope, a_submission
from tests.fakes.stores import InMemoryDocuments
from tests.versions import (
    DEPLOYER,
    LEAD,
    TEAM,
    decided,
    digest,
    files,
    named,
    promoted,
    promotion,
    registered,
)
from tests.worlds import World, a_world, allow

REPORT = EvidenceReference((a_reference(b"report"),), "lm_eval")


def wants_a_report(document: Mapping[str, Any]) -> dict[str, Any]:
    """A policy that waits until a report was submitted."""
    if document["evaluations"]["submitted"]:
        return allow(document)
    reason = {
        "code": "evaluation.missing",
        "at": "/evaluations",
        "message": "no report was submitted",
        "is_pending": True,
        "who": "submitter",
        "how": "submit a report",
    }
    return {**allow(document), "outcome": "pending", "reasons": [reason]}


@pytest.fixture
def world() -> World:
    return a_world(wants_a_report)


def submitted(world: World, expected: Expected | None = None) -> Decision:
    submission = a_submission(model=named("1.0.0"), files=files("1.0.0"))
    return complete.submit(submission, TEAM, world.ports, None, expected)


def added(world: World, addition: Addition, expected: Expected | None = None) -> Decision:
    asked = (named("1.0.0"), "production", addition)
    return complete.add(*asked, TEAM, world.ports, None, expected)


def test_a_submission_says_what_is_missing_and_who_can_give_it(world: World) -> None:
    submitted(world)

    found = look.submission(named("1.0.0"), "production", TEAM, world.ports)

    assert found.outcome == "pending"
    (missing,) = found.missing
    assert (missing.who, missing.how) == ("submitter", "submit a report")
    assert missing.codes == ("evaluation.missing",)


def test_what_was_missing_can_be_added_and_is_decided_anew(world: World) -> None:
    first = submitted(world)

    second = added(world, Addition(evaluations=(REPORT,)))

    assert (first.body["outcome"], second.body["outcome"]) == ("pending", "allow")
    assert second.body["release"]["digest"] == digest("1.0.0")
    assert look.submission(named("1.0.0"), "production", TEAM, world.ports).missing == ()


def test_each_addition_keeps_what_was_there(world: World) -> None:
    submitted(world)
    added(world, Addition(evaluations=(REPORT,)))

    third = added(world, Addition(bundles=(a_reference(b"bundle"),), change_note="Better."))

    assert third.body["evidence"]["evaluations"] == [Digest.of(b"report")]
    assert third.body["evidence"]["bundles"] == [Digest.of(b"bundle")]


def test_nothing_is_added_to_what_was_never_submitted(world: World) -> None:
    decided(world, "1.0.0")

    with pytest.raises(NotFoundError, match="POST /v1/submissions"):
        added(world, Addition(evaluations=(REPORT,)))


def test_whoever_saw_an_earlier_state_adds_nothing(world: World) -> None:
    seen = submitted(world).seq
    added(world, Addition(change_note="Better."), Expected(seen))

    with pytest.raises(MovedError):
        added(world, Addition(evaluations=(REPORT,)), Expected(seen))


def test_an_addition_that_meets_another_is_added_to_it(world: World) -> None:
    submitted(world)
    append = world.stores.log.append
    others = [Addition(change_note="Meanwhile.")]

    def overtaken(draft: Any, idempotency: Idempotency | None = None) -> Any:
        if others:
            added(world, others.pop())
        return append(draft, idempotency)

    world.stores.log.append = overtaken  # type: ignore[method-assign]  # another writer, once

    last = added(world, Addition(evaluations=(REPORT,)))

    kept = complete.submission_of(dict(last.body), world.ports)
    assert (kept.change_note, len(kept.evaluations)) == ("Meanwhile.", 1)


def test_who_may_not_submit_adds_nothing(world: World) -> None:
    submitted(world)

    asked = (named("1.0.0"), "production", Addition())
    with pytest.raises(ForbiddenError):
        complete.add(*asked, DEPLOYER, world.ports, None, None)


def test_a_submission_of_another_project_is_not_found(world: World) -> None:
    submitted(world)
    stranger = a_caller("sam", Role.AUDITOR, scope=a_scope("globex"))

    with pytest.raises(NotFoundError):
        look.submission(named("1.0.0"), "production", stranger, world.ports)


def test_a_release_shows_all_that_is_so_about_it() -> None:
    world = a_world()
    promoted(world, "1.0.0")
    decided(world, "1.0.0", "staging")
    mark.mark(digest("1.0.0"), State.UNDER_REVIEW, "drift", LEAD, world.ports, None)

    found = look.release(digest("1.0.0"), LEAD, world.ports)

    assert (found.state, [one.reason for one in found.marks]) == (State.UNDER_REVIEW, ["drift"])
    assert found.versions == ("acme/scorer:1.0.0",)
    assert [(one.stage, one.outcome, one.is_live) for one in found.decided] == [
        ("production", "allow", True),
        ("staging", "allow", False),
    ]


def test_the_names_that_other_projects_give_the_bytes_are_not_shown() -> None:
    world = a_world()
    promoted(world, "1.0.0")
    registered(world, "1.0.0", model=ModelVersion("globex", "copy", "1.0.0"))
    mark.mark(digest("1.0.0"), State.UNDER_REVIEW, "drift", LEAD, world.ports, None)
    ours = a_caller("ada", Role.AUDITOR, scope=a_scope("acme"))

    found = look.release(digest("1.0.0"), ours, world.ports)

    assert found.versions == found.marks[0].versions == ("acme/scorer:1.0.0",)


def test_the_newest_decision_of_a_release_is_shown(world: World) -> None:
    submitted(world)
    added(world, Addition(evaluations=(REPORT,)))

    (found,) = look.release(digest("1.0.0"), TEAM, world.ports).decided

    assert found.outcome == "allow"


@pytest.mark.parametrize("release", [digest("9.9.9"), digest("1.0.0")])
def test_a_release_that_is_unknown_or_of_others_is_not_found(world: World, release: Digest) -> None:
    submitted(world)
    stranger = a_caller("sam", Role.AUDITOR, scope=a_scope("globex"))

    with pytest.raises(NotFoundError):
        look.release(release, stranger, world.ports)


def test_what_is_live_is_asked_about_again_and_recorded() -> None:
    world = a_world()
    promoted(world, "1.0.0")

    (found,) = reevaluate.live(TEAM, world.ports).reevaluated

    assert (found.before, found.now, found.is_changed) == ("allow", "allow", False)
    assert found.decision_id == world.told[-1]["decision_id"]
    assert world.told[-1]["submission_sha256"] == world.told[0]["submission_sha256"]


def test_what_is_no_longer_allowed_is_told_and_stops_promotion() -> None:
    policies = [wants_a_report, allow]

    def policy(document: Mapping[str, Any]) -> object:
        return policies[-1](document)

    world = a_world(policy)
    promoted(world, "1.0.0")
    policies.pop()

    (found,) = reevaluate.live(TEAM, world.ports).reevaluated

    assert (found.now, found.why, found.is_changed) == ("pending", "evaluation.missing", True)


def test_a_gate_that_cannot_decide_is_no_allow() -> None:
    world = a_world()
    promoted(world, "1.0.0")
    world.engine.stop()

    (found,) = reevaluate.live(TEAM, world.ports).reevaluated

    assert (found.now, found.decision_id, found.is_changed) == (None, None, True)
    assert "policy_engine_unavailable" in found.why


def test_pages_together_are_everything_and_nothing_twice() -> None:
    world = a_world()
    promoted(world, "1.0.0")
    for stage in ("staging", "canary"):
        decided(world, "1.0.0", stage)
        asked = promotion("1.0.0", stage=stage)
        promote.promote(asked, DEPLOYER, world.ports, None)

    first = reevaluate.live(TEAM, world.ports, limit=2)
    rest = reevaluate.live(TEAM, world.ports, after=first.next_after, limit=2)

    assert [one.stage for one in first.reevaluated] == ["canary", "production"]
    assert ([one.stage for one in rest.reevaluated], rest.next_after) == (["staging"], None)


def test_a_page_that_holds_the_last_is_the_last() -> None:
    world = a_world()
    promoted(world, "1.0.0")

    assert reevaluate.live(TEAM, world.ports, limit=1).next_after is None


def test_only_what_is_in_the_scope_is_asked_about() -> None:
    world = a_world()
    promoted(world, "1.0.0")
    staging = a_caller("ci", Role.SUBMITTER, scope=a_scope("acme", stages=("staging",)))

    assert reevaluate.live(staging, world.ports).reevaluated == ()


def test_who_may_not_submit_reevaluates_nothing() -> None:
    with pytest.raises(ForbiddenError):
        reevaluate.live(DEPLOYER, a_world().ports)


def test_a_submission_that_was_completed_is_promoted(world: World) -> None:
    registered(world, "1.0.0")
    submitted(world)
    allowed = added(world, Addition(evaluations=(REPORT,)))

    entry = promote.promote(promotion("1.0.0"), DEPLOYER, world.ports, None)

    assert pointer.read(entry).decision_id == allowed.decision_id


def test_a_submission_that_is_not_kept_is_no_longer_allowed() -> None:
    world = a_world()
    promoted(world, "1.0.0")
    emptied = replace(world.ports, documents=InMemoryDocuments())

    (found,) = reevaluate.live(TEAM, emptied).reevaluated

    assert (found.now, found.is_changed) == (None, True)
    assert "is not kept" in found.why
