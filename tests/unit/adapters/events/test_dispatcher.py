from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from app.adapters.events.dispatcher import FAULT, IDLE, Dispatcher, Tries, step
from app.domain.events.envelope import Event
from app.domain.events.subscriber import PAUSES, Delivery, Subscriber
from tests.builders import a_subscriber
from tests.unit.gate.events.test_outbox import a_subscribed_world, aside, submit
from tests.worlds import World

BUS = a_subscriber(attempts=3)


@pytest.fixture
def world() -> World:
    return a_subscribed_world()


def test_nothing_to_tell_waits_for_a_while(world: World) -> None:
    assert step(BUS, Tries(), world.ports) == IDLE


def test_each_try_waits_longer_and_the_last_one_puts_the_event_aside(world: World) -> None:
    seq, tries = submit(world), Tries()
    world.courier.answers = [(503, None)] * 3

    waits = [step(BUS, tries, world.ports) for _ in range(4)]

    assert waits == [PAUSES[0], PAUSES[1], timedelta(0), IDLE]
    assert aside(world) == [seq]
    assert len(world.courier.carried) == 3


def test_a_receiver_that_is_gone_for_good_is_tried_once(world: World) -> None:
    seq = submit(world)
    world.courier.answers = [(410, None)]

    step(BUS, Tries(), world.ports)

    assert aside(world) == [seq]


def test_tries_of_one_event_are_not_counted_for_the_next(world: World) -> None:
    tries = Tries()
    submit(world)
    world.courier.answers = [(503, None), (200, None), (503, None)]
    step(BUS, tries, world.ports)
    step(BUS, tries, world.ports)
    submit(world, "1.4.1")

    assert step(BUS, tries, world.ports) == PAUSES[0]


def test_a_store_that_is_down_is_looked_at_again_later(world: World) -> None:
    world.stores.close()

    assert step(BUS, Tries(), world.ports) == FAULT


def test_a_decision_wakes_the_dispatcher_and_closing_ends_it(world: World) -> None:
    taken = threading.Event()

    class Courier:
        def send(self, event: Event, to: Subscriber) -> Delivery:
            taken.set()
            return world.courier.send(event, to)

    dispatcher = Dispatcher()
    dispatcher.start(replace(world.ports, courier=Courier(), subscribers=(BUS,)))
    submit(world)
    dispatcher.tell({})

    assert taken.wait(timeout=60)
    dispatcher.close()
    for thread in dispatcher._threads:  # noqa: SLF001 - closing does not wait for long
        thread.join(60)
        assert not thread.is_alive()
