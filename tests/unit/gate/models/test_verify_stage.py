from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from app.domain.caller import Role
from app.domain.entry import Entry
from app.domain.errors import ForbiddenError, NotFoundError
from app.domain.models.pointer import Check, read_verification
from app.gate.models import verify_stage
from tests.builders import a_caller, a_scope
from tests.versions import DEPLOYER, MODEL, TEAM, decided, promoted, rolled_back
from tests.worlds import World, a_world, allow


@pytest.fixture
def read() -> list[Mapping[str, Any]]:
    """Every policy input."""
    return []


@pytest.fixture
def world(read: list[Mapping[str, Any]]) -> World:
    """1.1.0 has been in production for a minute, after 1.0.0."""

    def policy(document: Mapping[str, Any]) -> object:
        read.append(document)
        return allow(document)

    world = a_world(policy)
    promoted(world, "1.0.0")
    promoted(world, "1.1.0")
    world.clock.advance(60)
    return world


def verified(world: World, check: Check = Check.PASSED) -> Entry:
    said = verify_stage.Looked(MODEL, "production", check, "canary was fine")
    return verify_stage.verify_stage(said, DEPLOYER, world.ports, None)


def residences(world: World, read: list[Mapping[str, Any]], version: str) -> list[Any]:
    decided(world, version)
    found: list[Any] = read[-1]["release"]["residences"]
    return found


def test_policy_is_told_where_a_version_runs_and_for_how_long(
    world: World, read: list[Mapping[str, Any]]
) -> None:
    assert residences(world, read, "1.1.0") == [
        {"stage": "production", "seconds": 60, "verification": "none"}
    ]
    assert residences(world, read, "1.0.0") == []


def test_the_last_verification_counts(world: World, read: list[Mapping[str, Any]]) -> None:
    verified(world, Check.FAILED)
    verified(world, Check.PASSED)

    (there,) = residences(world, read, "1.1.0")
    assert there["verification"] == "passed"


def test_a_verification_says_nothing_of_a_later_move(
    world: World, read: list[Mapping[str, Any]]
) -> None:
    verified(world)
    rolled_back(world)

    assert residences(world, read, "1.0.0") == [
        {"stage": "production", "seconds": 0, "verification": "none"}
    ]


def test_a_verification_is_about_what_is_there(world: World) -> None:
    made = read_verification(verified(world))

    assert (made.version, made.stage, made.check) == ("1.1.0", "production", Check.PASSED)
    assert verify_stage.verifications(MODEL, "production", DEPLOYER, world.ports) == (made,)


def test_where_nothing_is_nothing_is_verified(world: World) -> None:
    said = verify_stage.Looked(MODEL, "staging", Check.PASSED, "fine")

    with pytest.raises(NotFoundError):
        verify_stage.verify_stage(said, DEPLOYER, world.ports, None)


def test_only_a_deployer_of_the_stage_verifies(world: World) -> None:
    said = verify_stage.Looked(MODEL, "production", Check.PASSED, "fine")
    elsewhere = a_caller("cd", Role.DEPLOYER, scope=a_scope("acme", stages=("staging",)))

    for caller in (TEAM, elsewhere):
        with pytest.raises(ForbiddenError):
            verify_stage.verify_stage(said, caller, world.ports, None)
