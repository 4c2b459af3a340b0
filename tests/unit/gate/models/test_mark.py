from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from app.domain.caller import Caller, Role
from app.domain.digest import Digest
from app.domain.entry import Idempotency, rfc3339
from app.domain.errors import AttestorError, ForbiddenError, MarkedError, NotFoundError
from app.domain.models import mark as marks
from app.domain.models.mark import State
from app.domain.release import ModelVersion
from app.gate.models import ask, mark
from tests.builders import a_caller, a_scope
from tests.versions import DEPLOYER, LEAD, RISK, TEAM, decided, digest, named, registered
from tests.worlds import World, a_world


@pytest.fixture
def world() -> World:
    world = a_world()
    registered(world, "1.0.0")
    return world


def marked(world: World, state: State, caller: Caller = LEAD, version: str = "1.0.0") -> marks.Mark:
    return marks.read(mark.mark(digest(version), state, "drift", caller, world.ports, None))


def listed(world: World) -> dict[str, Any]:
    envelope = json.loads(mark.signed_revocations(world.ports).bundle)["dsseEnvelope"]
    statement: dict[str, Any] = json.loads(base64.b64decode(envelope["payload"]))
    return statement


def test_a_mark_says_which_versions_have_the_bytes(world: World) -> None:
    registered(world, "1.0.1", release_digest=digest("1.0.0"))

    made = marked(world, State.UNDER_REVIEW)

    assert made.versions == ("acme/scorer:1.0.0", "acme/scorer:1.0.1")
    assert (made.state, made.reason, made.by) == (State.UNDER_REVIEW, "drift", LEAD.subject)
    assert ask.version_of(named("1.0.1"), DEPLOYER, world.ports).state is State.UNDER_REVIEW


def test_a_release_that_was_only_submitted_can_be_marked(world: World) -> None:
    decided(world, "2.0.0")

    assert marked(world, State.REVOKED, version="2.0.0").versions == ()
    assert mark.state_of(digest("2.0.0"), world.ports.log) is State.REVOKED


def test_bytes_that_nobody_ever_named_cannot_be_marked(world: World) -> None:
    with pytest.raises(NotFoundError):
        marked(world, State.REVOKED, version="9.9.9")


def test_a_revocation_is_for_good(world: World) -> None:
    marked(world, State.REVOKED)

    for state in State:
        with pytest.raises(MarkedError, match="for good"):
            marked(world, state)


def test_a_review_ends_in_clear_or_in_revoked(world: World) -> None:
    marked(world, State.UNDER_REVIEW)
    marked(world, State.CLEAR)
    marked(world, State.UNDER_REVIEW)

    assert marked(world, State.REVOKED).state is State.REVOKED


def test_what_has_no_mark_cannot_be_cleared(world: World) -> None:
    with pytest.raises(MarkedError, match="no mark"):
        marked(world, State.CLEAR)


@pytest.mark.parametrize("caller", [RISK, LEAD])
def test_risk_and_the_governance_lead_mark(world: World, caller: Caller) -> None:
    marked(world, State.UNDER_REVIEW, caller)
    marked(world, State.CLEAR, caller)

    assert marked(world, State.REVOKED, caller).by == caller.subject


@pytest.mark.parametrize("caller", [TEAM, DEPLOYER])
def test_who_makes_and_who_deploys_marks_nothing(world: World, caller: Caller) -> None:
    with pytest.raises(ForbiddenError):
        marked(world, State.UNDER_REVIEW, caller)


def test_the_same_key_marks_once(world: World) -> None:
    key = Idempotency(LEAD.subject, "k-1", Digest.of(b"request"))
    release, log = digest("1.0.0"), world.ports.log

    first = mark.mark(release, State.REVOKED, "drift", LEAD, world.ports, key)

    assert mark.mark(release, State.REVOKED, "drift", LEAD, world.ports, key) == first
    assert len(mark.revoked(log)) == 1


def test_what_is_revoked_is_stated_whole_and_about_no_release(world: World) -> None:
    registered(world, "1.1.0")
    marked(world, State.REVOKED)
    marked(world, State.UNDER_REVIEW, version="1.1.0")

    statement = listed(world)

    stated = statement["predicate"]["revoked"]
    assert [one["release_digest"] for one in stated] == [digest("1.0.0")]
    assert statement["predicate"]["count"] == 1
    assert statement["predicate"]["issuedAt"] == "2026-11-24T12:00:00Z"
    assert statement["predicate"]["validUntil"] == "2026-11-25T12:00:00Z"
    assert {subject["name"] for subject in statement["subject"]} == {"revocations"}


def test_the_list_is_of_the_moment_at_which_it_was_made_and_of_nothing_later(world: World) -> None:
    world.clock.advance(1234)
    revoked_at = marked(world, State.REVOKED).at

    stated = listed(world)["predicate"]

    assert (stated["issuedAt"], stated["validUntil"]) == (
        "2026-11-24T12:20:34Z",
        "2026-11-25T12:20:34Z",
    )
    assert stated["revoked"][0]["revoked_at"] == rfc3339(revoked_at)
    assert rfc3339(revoked_at)[:19] <= stated["issuedAt"][:19]


def test_a_list_of_nothing_is_signed_too(world: World) -> None:
    assert listed(world)["predicate"]["revoked"] == []


def test_the_tag_changes_with_what_is_revoked_and_with_the_hour(world: World) -> None:
    def tag() -> str:
        return mark.signed_revocations(world.ports).etag

    first = tag()
    world.clock.advance(60)
    assert tag() == first
    marked(world, State.REVOKED)
    second = tag()
    world.clock.advance(3600)

    assert len({first, second, tag()}) == 3


def test_without_the_key_no_list_is_given(world: World) -> None:
    world.ports.attestor.is_down = True  # type: ignore[attr-defined] # the fake's switch

    with pytest.raises(AttestorError):
        mark.signed_revocations(world.ports)


def test_who_sees_none_of_the_projects_finds_no_release(world: World) -> None:
    stranger = a_caller("sam", Role.RISK_COMPLIANCE, scope=a_scope("globex"))

    with pytest.raises(NotFoundError):
        marked(world, State.REVOKED, stranger)


def test_bytes_that_another_project_has_too_are_not_marked_by_one_alone(world: World) -> None:
    other = ModelVersion("globex", "copy", "1.0.0")
    registered(world, "1.0.0", model=other)
    one_project = a_caller("sam", Role.RISK_COMPLIANCE, scope=a_scope("acme"))

    with pytest.raises(ForbiddenError, match="every project"):
        marked(world, State.REVOKED, one_project)
