from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime

import pytest

from app.adapters.askers.clerk import LONGEST_PAUSE, Clerk, Table, catch_up
from app.domain.caller import EVERYWHERE
from app.domain.enforcement.answer import Answer
from app.domain.errors import UnauthenticatedError
from app.domain.inbound.inquiry import Inquiry, Told, Webhook
from app.gate.inbound import desk
from tests.worlds import World, a_world

ASKED = Inquiry("registry", "model/1", "models:/scorer/3", "production", {})


class FakeAsker:
    """Implements the port Asker: what it was told, and how it takes it next."""

    source = "registry"
    projects = EVERYWHERE.projects

    def __init__(self) -> None:
        self.told: list[str] = []
        self.takes = True
        self.missing: list[tuple[Mapping[str, str], bytes]] = []

    def read(self, headers: Mapping[str, str], content: bytes, now: datetime) -> Webhook:  # noqa: ARG002 - as the port has it
        if headers.get("proof") != "good":
            raise UnauthenticatedError("forged")
        return Webhook(content.decode(), (ASKED,))

    def tell(self, asked: Inquiry, said: Answer) -> Told:
        self.told.append(f"{asked.key}: {said.ruling.value}")
        return Told(self.takes, is_final=False, message="")

    def missed(self) -> Sequence[tuple[Mapping[str, str], bytes]]:
        return self.missing


@pytest.fixture
def asker() -> FakeAsker:
    return FakeAsker()


@pytest.fixture
def world(asker: FakeAsker) -> World:
    return a_world(askers=(asker,))


def test_an_answer_that_is_not_taken_is_tried_less_and_less_often(
    asker: FakeAsker, world: World
) -> None:
    desk.take(Webhook("d-1", (ASKED,)), "registry", world.ports)
    table, asker.takes = Table(asker), False
    looks = []
    for _ in range(16):
        table.answer(world.ports)
        looks.append(len(asker.told))

    assert looks[:8] == [1, 2, 2, 3, 3, 3, 3, 4]
    assert looks[-1] < 16 < LONGEST_PAUSE

    asker.takes = True
    for _ in range(LONGEST_PAUSE):
        table.answer(world.ports)
    assert len(asker.told) == looks[-1] + 1


def test_a_store_that_is_down_ends_nothing(asker: FakeAsker, world: World) -> None:
    desk.take(Webhook("d-1", (ASKED,)), "registry", world.ports)
    table = Table(asker)
    table.answer(world.ports)
    world.stores.close()

    table.answer(world.ports)

    assert asker.told == ["model/1: unknown"]


def test_what_was_missed_is_taken_only_if_it_is_proven(asker: FakeAsker, world: World) -> None:
    asker.missing = [({"proof": "bad"}, b"d-1"), ({"proof": "good"}, b"d-2")]

    catch_up(asker, world.ports)
    Table(asker).answer(world.ports)

    assert asker.told == ["model/1: unknown"]
    assert world.stores.log.at_place("delivery:registry/d-1") is None
    assert world.stores.log.at_place("delivery:registry/d-2") is not None


def test_a_clerk_whom_nobody_asks_starts_no_thread_and_closes() -> None:
    clerk = Clerk()

    clerk.start(a_world().ports)
    clerk.tell({})
    clerk.alert({})
    clerk.close()


def test_a_clerk_that_is_closed_as_it_begins_a_look_does_not_look(
    asker: FakeAsker, world: World
) -> None:
    asker.missing, clerk = [({"proof": "good"}, b"d-1")], Clerk()

    class Closed(threading.Event):
        def clear(self) -> None:
            clerk._is_stopped = True  # noqa: SLF001 - as close does, at the worst moment
            self.set()
            super().clear()

    clerk._awake = Closed()  # noqa: SLF001 - likewise
    clerk.start(world.ports)
    worker = clerk._thread  # noqa: SLF001 - likewise
    assert worker is not None
    worker.join(60)

    assert (worker.is_alive(), asker.told) == (False, [])


@pytest.mark.parametrize(("projects", "is_told"), [({"*"}, True), ({"acme"}, False)])
def test_an_asker_that_is_bound_to_no_projects_is_told_of_at_the_start(
    projects: set[str],
    is_told: bool,  # noqa: FBT001 - a parameter of the test
    asker: FakeAsker,
    world: World,
    caplog: pytest.LogCaptureFixture,
) -> None:
    asker.projects = frozenset(projects)
    clerk = Clerk()

    clerk.start(world.ports)
    clerk.close()

    assert ("registry is bound to no projects" in caplog.text) is is_told
