from __future__ import annotations

import pytest

from app.domain.entry import Kind
from app.domain.errors import ForbiddenError, MarkedError, MovedError, NotFoundError
from app.domain.log.contention import Expected
from app.domain.models.mark import State
from app.domain.models.pointer import Pointer, read
from app.gate.models import ask, mark, point
from tests.versions import DEPLOYER, LEAD, MODEL, TEAM, digest, named, promoted, registered
from tests.worlds import World, a_world


@pytest.fixture
def world() -> World:
    world = a_world()
    registered(world, "1.0.0")
    registered(world, "1.1.0")
    return world


def pointed(world: World, version: str, expected: Expected | None = None) -> Pointer:
    asked = point.Alias(named(version), "champion", "", expected)
    return read(point.point(asked, DEPLOYER, world.ports, None))


def test_an_alias_names_a_version_and_keeps_its_history(world: World) -> None:
    first = pointed(world, "1.0.0")
    world.clock.advance(60)
    second = pointed(world, "1.1.0")

    assert (second.kind, second.previous, second.decision_id) == (Kind.ALIAS_MOVED, "1.0.0", None)
    assert ask.alias(MODEL, "champion", DEPLOYER, world.ports) == second
    assert ask.alias(MODEL, "champion", DEPLOYER, world.ports, first.at) == first
    assert ask.alias_history(MODEL, "champion", DEPLOYER, world.ports) == (first, second)


def test_stages_and_aliases_of_a_model_are_told_apart(world: World) -> None:
    alias = pointed(world, "1.0.0")
    stage = promoted(world, "1.2.0")

    found = ask.pointers(MODEL, DEPLOYER, world.ports)

    assert (found.stages, found.aliases) == ((stage,), (alias,))


def test_a_model_that_nobody_registered_has_no_pointers(world: World) -> None:
    with pytest.raises(NotFoundError):
        ask.pointers("acme/other", DEPLOYER, world.ports)


def test_an_alias_that_was_never_set_is_not_found(world: World) -> None:
    with pytest.raises(NotFoundError, match="champion"):
        ask.alias(MODEL, "champion", DEPLOYER, world.ports)


def test_an_alias_moves_only_from_where_it_was_seen(world: World) -> None:
    pointed(world, "1.0.0", Expected(None))

    with pytest.raises(MovedError):
        pointed(world, "1.1.0", Expected(None))


def test_no_alias_is_put_on_a_revoked_release(world: World) -> None:
    mark.mark(digest("1.0.0"), State.REVOKED, "poisoned", LEAD, world.ports, None)

    with pytest.raises(MarkedError):
        pointed(world, "1.0.0")


def test_only_a_deployer_moves_an_alias(world: World) -> None:
    asked = point.Alias(named("1.0.0"), "champion", "", None)

    with pytest.raises(ForbiddenError):
        point.point(asked, TEAM, world.ports, None)
