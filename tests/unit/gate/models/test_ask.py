"""What is asked about models is answered within the caller's projects alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain.caller import Caller, Role
from app.domain.errors import ForbiddenError, NotFoundError
from app.domain.release import ModelVersion
from app.gate.models import ask, point, promote, register, roll_back
from app.ports import Ports
from tests.builders import a_caller, a_scope
from tests.versions import (
    MODEL,
    a_registration,
    decided,
    named,
    promoted,
    promotion,
    registered,
    rollback,
)
from tests.worlds import World, a_world

THEIRS = a_caller("sam", Role.AUDITOR, scope=a_scope("globex"))
OURS = a_caller("ada", Role.AUDITOR, scope=a_scope("acme"))
BOTH = a_caller("bo", Role.AUDITOR, scope=a_scope("acme", "globex"))


@pytest.fixture
def world() -> World:
    """acme/scorer 1.0.0 is in production; globex/copy 1.0.0 is registered."""
    world = a_world()
    promoted(world, "1.0.0")
    registered(world, "9.0.0", model=ModelVersion("globex", "copy", "1.0.0"))
    return world


@pytest.mark.parametrize(
    ("caller", "expected"),
    [(OURS, [MODEL]), (THEIRS, ["globex/copy"]), (BOTH, [MODEL, "globex/copy"])],
    ids=["ours", "theirs", "both"],
)
def test_models_are_listed_by_project(world: World, caller: Caller, expected: list[str]) -> None:
    assert [model.name for model in ask.models(caller, world.ports).models] == expected


def test_pages_go_on_across_projects(world: World) -> None:
    first = ask.models(BOTH, world.ports, limit=1)
    second = ask.models(BOTH, world.ports, after=first.next_after or "", limit=1)

    assert [page.models[0].name for page in (first, second)] == [MODEL, "globex/copy"]
    assert second.next_after is None


@pytest.mark.parametrize(
    "question",
    [
        lambda caller, ports: ask.version_of(named("1.0.0"), caller, ports),
        lambda caller, ports: ask.versions(MODEL, caller, ports),
        lambda caller, ports: ask.pointers(MODEL, caller, ports),
        lambda caller, ports: ask.stage(MODEL, "production", caller, ports),
        lambda caller, ports: ask.stage_history(MODEL, "production", caller, ports),
        lambda caller, ports: ask.alias_history(MODEL, "champion", caller, ports),
    ],
    ids=["version", "versions", "pointers", "stage", "history", "alias"],
)
def test_a_model_of_another_project_is_not_there(
    world: World, question: Callable[[Caller, Ports], object]
) -> None:
    question(OURS, world.ports)

    with pytest.raises(NotFoundError):
        question(THEIRS, world.ports)


def test_promotions_of_other_projects_are_not_listed(world: World) -> None:
    assert len(ask.promoted(OURS, world.ports, since=None, until=None)) == 1
    assert ask.promoted(THEIRS, world.ports, since=None, until=None) == ()


def test_nothing_is_moved_or_registered_outside_the_scope(world: World) -> None:
    registered(world, "1.1.0")
    decided(world, "1.1.0")
    ports = world.ports
    there = a_caller("cd", Role.DEPLOYER, scope=a_scope("acme", stages=("staging",)))
    maker = a_caller("ci", Role.SUBMITTER, scope=a_scope("globex"))

    with pytest.raises(ForbiddenError):
        promote.promote(promotion("1.1.0"), there, ports, None)
    with pytest.raises(ForbiddenError):
        roll_back.roll_back(rollback(), there, ports, None)
    with pytest.raises(ForbiddenError):
        point.point(point.Alias(named("1.1.0"), "champion", "", None), there, ports, None)
    with pytest.raises(ForbiddenError):
        register.register(a_registration("1.2.0"), maker, ports, None)
