from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from app.domain.caller import Caller
from app.domain.digest import Digest
from app.domain.entry import Draft, Entry, Idempotency, Kind
from app.domain.errors import (
    ForbiddenError,
    MarkedError,
    MovedError,
    NotAllowedError,
    NotFoundError,
)
from app.domain.log import contention
from app.domain.log.contention import Expected
from app.domain.models import places, pointer
from app.domain.models.mark import State
from app.gate.models import ask, mark, promote
from tests.versions import (
    DEPLOYER,
    LEAD,
    MODEL,
    RISK,
    TEAM,
    decided,
    digest,
    promoted,
    promotion,
    registered,
)
from tests.worlds import World, a_world, allow, wants_a_data_scientist

STAGE = places.stage(MODEL, "production")


@pytest.fixture
def world() -> World:
    return a_world()


def test_a_promotion_rests_on_the_recorded_allow(world: World) -> None:
    registered(world, "1.0.0")
    decision_id = decided(world, "1.0.0")

    entry = promote.promote(promotion("1.0.0", note="go"), DEPLOYER, world.ports, None)

    moved = pointer.read(entry)
    assert (moved.version, moved.release_digest) == ("1.0.0", digest("1.0.0"))
    assert (moved.decision_id, moved.by, moved.note) == (decision_id, "cd@acme.example", "go")
    assert moved.previous is None
    assert ask.stage(MODEL, "production", DEPLOYER, world.ports) == moved


def test_the_one_that_was_there_is_demoted_by_the_same_entry(world: World) -> None:
    first = promoted(world, "1.0.0")

    second = promoted(world, "1.1.0")

    assert (second.previous, second.version) == ("1.0.0", "1.1.0")
    assert ask.stage_history(MODEL, "production", DEPLOYER, world.ports) == (first, second)


def test_without_a_decision_nothing_is_promoted(world: World) -> None:
    registered(world, "1.0.0")

    with pytest.raises(NotAllowedError, match="no decision"):
        promote.promote(promotion("1.0.0"), DEPLOYER, world.ports, None)


def test_an_allow_for_another_stage_promotes_nothing(world: World) -> None:
    registered(world, "1.0.0")
    decided(world, "1.0.0", "staging")

    with pytest.raises(NotAllowedError, match="no decision"):
        promote.promote(promotion("1.0.0"), DEPLOYER, world.ports, None)


def test_an_allow_of_the_same_name_with_other_bytes_promotes_nothing(world: World) -> None:
    registered(world, "1.0.0", release_digest=digest("other"))
    decided(world, "1.0.0")

    with pytest.raises(NotAllowedError, match="no decision"):
        promote.promote(promotion("1.0.0"), DEPLOYER, world.ports, None)


def test_an_allow_of_the_same_bytes_under_another_name_promotes_nothing(world: World) -> None:
    registered(world, "1.0.0")
    registered(world, "1.0.1", release_digest=digest("1.0.0"))
    decided(world, "1.0.0")

    with pytest.raises(NotAllowedError, match="no decision"):
        promote.promote(promotion("1.0.1"), DEPLOYER, world.ports, None)


def test_a_pending_release_is_not_promoted() -> None:
    world = a_world(wants_a_data_scientist)
    registered(world, "1.0.0")
    decided(world, "1.0.0")

    with pytest.raises(NotAllowedError, match="is pending"):
        promote.promote(promotion("1.0.0"), DEPLOYER, world.ports, None)


def test_the_latest_decision_counts_and_not_an_earlier_allow() -> None:
    policies = [wants_a_data_scientist, allow]

    def policy(document: Mapping[str, Any]) -> object:
        return policies.pop()(document)

    world = a_world(policy)
    registered(world, "1.0.0")
    decided(world, "1.0.0")
    decided(world, "1.0.0")

    with pytest.raises(NotAllowedError, match="latest decision"):
        promote.promote(promotion("1.0.0"), DEPLOYER, world.ports, None)


def test_an_allow_that_ran_out_promotes_nothing(world: World) -> None:
    registered(world, "1.0.0")
    decided(world, "1.0.0")
    world.clock.advance(world.ports.validity.total_seconds())

    with pytest.raises(NotAllowedError, match="over 90 days old"):
        promote.promote(promotion("1.0.0"), DEPLOYER, world.ports, None)


def test_an_allow_holds_until_the_second_before(world: World) -> None:
    registered(world, "1.0.0")
    decided(world, "1.0.0")
    world.clock.advance(world.ports.validity.total_seconds() - 1)

    assert promote.promote(promotion("1.0.0"), DEPLOYER, world.ports, None).kind is Kind.PROMOTED


def test_a_version_that_is_not_registered_is_not_promoted(world: World) -> None:
    decided(world, "1.0.0")

    with pytest.raises(NotFoundError):
        promote.promote(promotion("1.0.0"), DEPLOYER, world.ports, None)


@pytest.mark.parametrize("state", [State.UNDER_REVIEW, State.REVOKED])
def test_a_marked_release_is_not_promoted(world: World, state: State) -> None:
    registered(world, "1.0.0")
    decided(world, "1.0.0")
    mark.mark(digest("1.0.0"), state, "a customer complained", LEAD, world.ports, None)

    with pytest.raises(MarkedError):
        promote.promote(promotion("1.0.0"), DEPLOYER, world.ports, None)


def test_a_release_whose_review_was_cleared_is_promoted(world: World) -> None:
    registered(world, "1.0.0")
    decided(world, "1.0.0")
    mark.mark(digest("1.0.0"), State.UNDER_REVIEW, "drift", RISK, world.ports, None)
    mark.mark(digest("1.0.0"), State.CLEAR, "was a sensor", LEAD, world.ports, None)

    assert promote.promote(promotion("1.0.0"), DEPLOYER, world.ports, None).kind is Kind.PROMOTED


@pytest.mark.parametrize("caller", [TEAM, LEAD])
def test_only_a_deployer_promotes(world: World, caller: Caller) -> None:
    registered(world, "1.0.0")
    decided(world, "1.0.0")

    with pytest.raises(ForbiddenError, match="deployer"):
        promote.promote(promotion("1.0.0"), caller, world.ports, None)


def test_what_is_there_already_is_not_promoted_again(world: World) -> None:
    promoted(world, "1.0.0")

    with pytest.raises(NotAllowedError, match="already"):
        promote.promote(promotion("1.0.0"), DEPLOYER, world.ports, None)


def test_whoever_saw_an_earlier_pointer_moves_nothing(world: World) -> None:
    seen = promoted(world, "1.0.0").seq
    promoted(world, "1.1.0")
    registered(world, "1.2.0")
    decided(world, "1.2.0")

    asked = promotion("1.2.0", expected=Expected(seen))
    with pytest.raises(MovedError):
        promote.promote(asked, DEPLOYER, world.ports, None)

    assert ask.stage(MODEL, "production", DEPLOYER, world.ports).version == "1.1.0"


def test_whoever_saw_nothing_is_refused_where_something_is(world: World) -> None:
    promoted(world, "1.0.0")

    asked = promotion("1.0.0", expected=Expected(None))
    with pytest.raises(MovedError):
        promote.promote(asked, DEPLOYER, world.ports, None)


def test_the_same_key_promotes_once(world: World) -> None:
    registered(world, "1.0.0")
    decided(world, "1.0.0")
    key = Idempotency("cd@acme.example", "k-1", Digest.of(b"request"))

    first = promote.promote(promotion("1.0.0"), DEPLOYER, world.ports, key)
    promoted(world, "1.1.0")

    assert promote.promote(promotion("1.0.0"), DEPLOYER, world.ports, key) == first
    assert len(ask.stage_history(MODEL, "production", DEPLOYER, world.ports)) == 2


def test_a_release_that_is_marked_at_the_same_moment_is_not_promoted(world: World) -> None:
    registered(world, "1.0.0")
    decided(world, "1.0.0")
    append = world.stores.log.append

    def marked_before(draft: Draft, idempotency: Idempotency | None = None) -> Entry:
        world.stores.log.append = append  # type: ignore[method-assign]  # once
        mark.mark(digest("1.0.0"), State.REVOKED, "poisoned", LEAD, world.ports, None)
        return append(draft, idempotency)

    world.stores.log.append = marked_before  # type: ignore[method-assign]  # another writer

    with pytest.raises(MarkedError):
        promote.promote(promotion("1.0.0"), DEPLOYER, world.ports, None)

    assert ask.stage_history(MODEL, "production", DEPLOYER, world.ports) == ()


def test_a_place_that_never_rests_is_given_up() -> None:
    calls = []

    def append() -> Entry:
        calls.append(1)
        raise MovedError("release:x", 7)

    with pytest.raises(MovedError):
        contention.settled(append, contested=STAGE, expected=None)

    assert len(calls) == contention.ATTEMPTS


def test_where_a_stage_pointed_is_told_for_any_moment(world: World) -> None:
    first = promoted(world, "1.0.0")
    world.clock.advance(60)
    second = promoted(world, "1.1.0")

    assert ask.stage(MODEL, "production", DEPLOYER, world.ports, second.at - 1) == first
    assert ask.stage(MODEL, "production", DEPLOYER, world.ports, second.at) == second
    with pytest.raises(NotFoundError, match="at that time"):
        ask.stage(MODEL, "production", DEPLOYER, world.ports, first.at - 1)


def test_what_was_promoted_between_two_moments_is_listed_newest_first(world: World) -> None:
    first = promoted(world, "1.0.0")
    world.clock.advance(60)
    second = promoted(world, "1.1.0")
    world.clock.advance(60)
    third = promoted(world, "1.2.0")

    every = ask.promoted(
        DEPLOYER, world.ports, since=None, until=None, name=MODEL, stage_name="production"
    )
    some = ask.promoted(DEPLOYER, world.ports, since=second.at, until=third.at)

    assert every == (third, second, first)
    assert some == (second,)
    assert ask.promoted(DEPLOYER, world.ports, since=None, until=None, stage_name="staging") == ()
