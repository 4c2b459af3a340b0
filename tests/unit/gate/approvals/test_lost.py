"""What the store has lost is an error, and never taken for nothing."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.approvals import waiver
from app.domain.approvals.standing import Vote
from app.domain.caller import Role
from app.domain.entry import Draft, Kind
from app.domain.errors import NotFoundError, StoreError
from app.gate import hear
from app.gate.approvals import break_glass, voting, waivers
from app.gate.decide import decide
from tests.builders import a_caller, a_release, a_submission
from tests.unit.domain.approvals.test_waiver import a_waiver
from tests.worlds import World, a_world

LEAD = a_caller("gus", Role.GOVERNANCE_LEAD)
GLASS: dict[str, Any] = {
    "glass_id": "bg-1",
    "model": "acme/scorer",
    "version": "1.4.0",
    "release_digest": a_release().digest,
    "stage": "production",
    "reason": "it leaks",
    "opened_by": "bea",
    "opened_at": "2026-11-24T12:00:00Z",
    "expires_at": "2026-11-24T16:00:00Z",
}


@pytest.fixture
def world() -> World:
    world = a_world()
    decide(a_submission(), a_caller(), world.ports, None)
    return world


def kept(world: World, kind: Kind, entry_id: str, body: dict[str, Any]) -> None:
    world.ports.log.append(Draft(entry_id, kind, "gus", body, model="acme/scorer"))


def forget(world: World) -> None:
    world.ports.documents._kept.clear()  # type: ignore[attr-defined] # noqa: SLF001 - the fake's


def test_a_policy_input_that_is_gone_tells_nobody_that_there_were_no_people(world: World) -> None:
    forget(world)
    ports = world.ports
    practice, now = ports.engine.practice(), ports.clock.now()

    with pytest.raises(StoreError, match="policy input"):
        hear.held(a_release(), a_caller(), practice, ports.documents, ports.log, now)


def test_without_the_listing_of_the_files_no_statement_is_taken(world: World) -> None:
    forget(world)
    release = a_release().digest
    said = (release, Vote.APPROVE, "", LEAD, world.ports, None)

    with pytest.raises(StoreError, match="listing"):
        voting.vote(*said, statement=b"{}")


def test_an_emergency_that_has_lost_its_place_is_an_error(world: World) -> None:
    kept(world, Kind.BREAK_GLASS, "bg-1", GLASS)

    with pytest.raises(StoreError, match="lost its place"):
        break_glass.review("bg-1", "", LEAD, world.ports, None)


def test_a_waiver_that_has_lost_its_place_is_an_error(world: World) -> None:
    kept(world, Kind.WAIVER, "w-1", waiver.written(a_waiver()))

    with pytest.raises(StoreError, match="lost its place"):
        waivers.one("w-1", LEAD, world.ports)


def test_an_entry_that_cannot_be_read_as_a_waiver_is_none(world: World) -> None:
    kept(world, Kind.WAIVER, "w-1", {**waiver.written(a_waiver()), "codes": []})

    with pytest.raises(NotFoundError, match="no waiver"):
        waivers.one("w-1", LEAD, world.ports)
