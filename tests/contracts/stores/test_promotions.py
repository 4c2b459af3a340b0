"""Many writers at once on one model: one winner, and a history without gaps, on every store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from app.adapters.stores.opening import Stores
from app.domain.entry import Entry
from app.domain.errors import GateError, MarkedError, MovedError, NotAllowedError
from app.domain.log.contention import Expected
from app.domain.models.mark import State
from app.domain.models.pointer import Pointer
from app.gate.models import ask, mark, promote, roll_back
from tests.versions import (
    DEPLOYER,
    LEAD,
    MODEL,
    decided,
    digest,
    promoted,
    promotion,
    registered,
    rollback,
)
from tests.worlds import World, a_world

WRITERS = 16


@pytest.fixture
def world(stores: Stores) -> World:
    """A world whose log and documents are the real ones."""
    made = a_world()
    ports = replace(made.ports, log=stores.log, documents=stores.documents)
    return replace(made, ports=ports, stores=stores)


def at_once(works: Sequence[Callable[[], Entry]]) -> list[Entry | GateError]:
    """Start all the works at the same moment; give what became of each."""
    start = Barrier(len(works))

    def run(work: Callable[[], Entry]) -> Entry | GateError:
        start.wait()
        try:
            return work()
        except GateError as error:
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def history(world: World) -> tuple[Pointer, ...]:
    return ask.stage_history(MODEL, "production", DEPLOYER, world.ports)


def is_chain(pointers: Sequence[Pointer]) -> bool:
    """Whether each move says that it took away what the move before it had put there."""
    before = [None, *(pointer.version for pointer in pointers)]
    return all(pointer.previous == was for pointer, was in zip(pointers, before, strict=False))


def test_of_sixteen_promotions_of_other_versions_one_wins(world: World) -> None:
    versions = [f"1.{number}.0" for number in range(WRITERS)]
    for version in versions:
        registered(world, version)
        decided(world, version)

    def promoting(version: str) -> Callable[[], Entry]:
        asked = promotion(version, expected=Expected(None))
        return lambda: promote.promote(asked, DEPLOYER, world.ports, None)

    outcomes = at_once([promoting(version) for version in versions])

    (winner,) = [outcome for outcome in outcomes if isinstance(outcome, Entry)]
    assert sum(isinstance(outcome, MovedError) for outcome in outcomes) == WRITERS - 1
    assert [pointer.seq for pointer in history(world)] == [winner.seq]


def test_of_sixteen_promotions_of_one_version_one_wins(world: World) -> None:
    registered(world, "1.0.0")
    decided(world, "1.0.0")
    asked = promotion("1.0.0")

    outcomes = at_once(
        [lambda: promote.promote(asked, DEPLOYER, world.ports, None) for _ in range(WRITERS)]
    )

    refused = [outcome for outcome in outcomes if isinstance(outcome, MovedError | NotAllowedError)]
    assert (len(refused), len(history(world))) == (WRITERS - 1, 1)


def test_of_sixteen_rollbacks_one_wins(world: World) -> None:
    promoted(world, "1.0.0")
    seen = promoted(world, "1.1.0").seq
    asked = rollback(expected=Expected(seen))

    outcomes = at_once(
        [lambda: roll_back.roll_back(asked, DEPLOYER, world.ports, None) for _ in range(WRITERS)]
    )

    assert sum(isinstance(outcome, Entry) for outcome in outcomes) == 1
    assert [pointer.version for pointer in history(world)] == ["1.0.0", "1.1.0", "1.0.0"]
    assert is_chain(history(world))


def test_promotions_that_do_not_say_what_they_saw_leave_a_chain(world: World) -> None:
    versions = [f"1.{number}.0" for number in range(WRITERS)]
    for version in versions:
        registered(world, version)
        decided(world, version)

    def promoting(version: str) -> Callable[[], Entry]:
        return lambda: promote.promote(promotion(version), DEPLOYER, world.ports, None)

    outcomes = at_once([promoting(version) for version in versions])

    won = [outcome.seq for outcome in outcomes if isinstance(outcome, Entry)]
    assert sorted(won) == [pointer.seq for pointer in history(world)]
    assert is_chain(history(world))


def test_a_promotion_and_a_revocation_at_once_never_both_come_last(world: World) -> None:
    registered(world, "1.0.0")
    decided(world, "1.0.0")

    promoting, revoking = at_once(
        [
            lambda: promote.promote(promotion("1.0.0"), DEPLOYER, world.ports, None),
            lambda: mark.mark(digest("1.0.0"), State.REVOKED, "bad", LEAD, world.ports, None),
        ]
    )

    assert isinstance(revoking, Entry)
    assert isinstance(promoting, MarkedError) or promoting.seq < revoking.seq  # type: ignore[union-attr]  # an entry, if it was not refused


def test_sixteen_versions_of_one_model_are_registered_at_once(world: World) -> None:
    versions = [f"1.{number}.0" for number in range(WRITERS)]

    outcomes = at_once([lambda v=v: registered(world, v) for v in versions])  # type: ignore[misc]  # each its own version

    assert all(isinstance(outcome, Entry) for outcome in outcomes)
    assert len(ask.versions(MODEL, DEPLOYER, world.ports).versions) == WRITERS
