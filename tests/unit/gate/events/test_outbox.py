from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.caller import Role
from app.domain.entry import Kind
from app.domain.errors import MovedError, NotFoundError
from app.domain.events.subscriber import Delivery
from app.gate import decide
from app.gate.events import outbox
from tests.builders import a_caller, a_submission, a_subscriber
from tests.worlds import World, a_world

BUS = a_subscriber()
OPERATOR = a_caller("olga", Role.OPERATOR)
DOWN = Delivery(is_taken=False, status=503, message="answered 503")


def submit(world: World, version: str = "1.4.0") -> int:
    """Decide a release and tell the decision's place in the log."""
    model = a_submission().model
    changed = a_submission(model=type(model)(model.namespace, model.name, version))
    seq = decide.decide(changed, a_caller(), world.ports, None).seq
    assert seq is not None
    return seq


def a_subscribed_world() -> World:
    """A world whose one subscriber has been told of nothing yet."""
    world = a_world(subscribers=(BUS,))
    outbox.subscribe(BUS, world.ports)
    return world


def carried(world: World) -> list[str]:
    return [json.loads(event.content)["data"]["decision_id"] for _, event in world.courier.carried]


def aside(world: World) -> list[Any]:
    return [json.loads(e.body)["event_seq"] for e in outbox.undelivered(world.ports.log, "bus")]


def test_a_new_subscriber_hears_of_what_comes_and_not_of_what_was() -> None:
    world = a_world(subscribers=(BUS,))
    submit(world)

    outbox.subscribe(BUS, world.ports)
    submit(world, "1.4.1")
    outbox.deliver(BUS, world.ports)

    assert len(world.courier.carried) == 1


def test_who_subscribed_once_goes_on_where_it_was_after_a_restart() -> None:
    world = a_subscribed_world()
    submit(world)

    outbox.subscribe(BUS, world.ports)
    outbox.deliver(BUS, world.ports)

    assert len(world.courier.carried) == 1


def test_who_has_not_subscribed_is_told_nothing() -> None:
    with pytest.raises(NotFoundError):
        outbox.deliver(BUS, a_world().ports)


def test_what_is_decided_after_it_subscribed_to_an_empty_log_is_not_lost() -> None:
    world = a_subscribed_world()
    submit(world)
    submit(world, "1.4.1")

    told = outbox.deliver(BUS, world.ports)

    assert carried(world) == [body["decision_id"] for body in world.told]
    assert told.failed is None


def test_what_was_taken_is_not_told_again() -> None:
    world = a_subscribed_world()
    submit(world)
    outbox.deliver(BUS, world.ports)

    outbox.deliver(BUS, world.ports)

    assert len(world.courier.carried) == 1


def test_when_there_is_nothing_to_tell_nothing_is_recorded() -> None:
    world = a_subscribed_world()
    submit(world)
    outbox.deliver(BUS, world.ports)
    size = len(world.stores.log.page(Kind.EVENTS_DELIVERED, before=None, limit=9).entries)

    for _ in range(3):
        outbox.deliver(BUS, world.ports)

    after = world.stores.log.page(Kind.EVENTS_DELIVERED, before=None, limit=9).entries
    assert len(after) == size == 2


def test_a_crash_between_taking_and_recording_tells_the_same_event_again() -> None:
    world = a_subscribed_world()
    submit(world)

    class CrashError(Exception): ...

    def crash(_: object) -> str:
        raise CrashError

    broken = _with(world, new_id=lambda: crash(None))
    with pytest.raises(CrashError):
        outbox.deliver(BUS, broken)
    outbox.deliver(BUS, world.ports)

    (_, first), (_, again) = world.courier.carried
    assert first == again
    assert len(world.stores.log.page(Kind.DECISION, before=None, limit=9).entries) == 1


def test_what_is_not_taken_holds_up_what_comes_behind_it_in_order() -> None:
    world = a_subscribed_world()
    first = submit(world)
    submit(world, "1.4.1")
    world.courier.answers = [(503, timedelta(seconds=7))]

    told = outbox.deliver(BUS, world.ports)

    assert told.failed == (first, replace(DOWN, retry_after=timedelta(seconds=7)))
    outbox.deliver(BUS, world.ports)
    tried = carried(world)
    assert tried[0] == tried[1] != tried[2]


def test_what_is_put_aside_is_seen_and_no_longer_in_the_way() -> None:
    world = a_subscribed_world()
    first = submit(world)
    submit(world, "1.4.1")

    outbox.put_aside(BUS, first, 8, DOWN, world.ports)
    outbox.deliver(BUS, world.ports)

    assert aside(world) == [first]
    assert len(world.courier.carried) == 1
    (standing,) = outbox.standing(world.ports)
    assert standing["undelivered"][0]["attempts"] == 8
    assert standing["waiting"] == 0


def test_what_is_behind_the_place_already_is_not_put_aside() -> None:
    world = a_subscribed_world()
    first = submit(world)
    outbox.deliver(BUS, world.ports)

    outbox.put_aside(BUS, first, 8, DOWN, world.ports)

    assert aside(world) == []


def test_sending_again_repeats_the_event_decides_nothing_and_is_recorded() -> None:
    world = a_subscribed_world()
    first = submit(world)
    outbox.put_aside(BUS, first, 8, DOWN, world.ports)

    delivery = outbox.resend("bus", first, OPERATOR, world.ports)

    assert delivery.is_taken
    assert aside(world) == []
    (entry,) = world.stores.log.page(Kind.EVENT_RESENT, before=None, limit=9).entries
    assert entry.actor == "olga"
    assert len(world.stores.log.page(Kind.DECISION, before=None, limit=9).entries) == 1
    with pytest.raises(NotFoundError):
        outbox.resend("bus", first, OPERATOR, world.ports)


def test_what_is_not_taken_again_stays_aside() -> None:
    world = a_subscribed_world()
    first = submit(world)
    outbox.put_aside(BUS, first, 8, DOWN, world.ports)
    world.courier.answers = [(500, None)]

    delivery = outbox.resend("bus", first, OPERATOR, world.ports)

    assert not delivery.is_taken
    assert aside(world) == [first]


@pytest.mark.parametrize("name", ["bus", "nobody"])
def test_what_was_never_put_aside_is_not_found(name: str) -> None:
    world = a_subscribed_world()

    with pytest.raises(NotFoundError):
        outbox.resend(name, submit(world), OPERATOR, world.ports)


def test_two_gates_of_one_log_do_not_both_move_the_place() -> None:
    world = a_subscribed_world()
    submit(world)
    stale = world.ports.log.at_place(BUS.place)
    outbox.deliver(BUS, world.ports)

    class Stale:
        def __getattr__(self, name: str) -> Callable[..., Any]:
            if name == "at_place":
                return lambda _: stale
            found: Callable[..., Any] = getattr(world.ports.log, name)
            return found

    with pytest.raises(MovedError):
        outbox.deliver(BUS, _with(world, log=Stale()))


def test_many_entries_that_nobody_wants_are_passed_over_for_good() -> None:
    world = a_world(subscribers=(a_subscriber(kinds=frozenset({Kind.APPROVAL})),))
    (to,) = world.ports.subscribers
    outbox.subscribe(to, world.ports)
    for number in range(outbox.BATCH + 5):
        submit(world, f"1.{number}.0")

    told = outbox.deliver(to, world.ports)

    assert told.has_more
    assert not outbox.deliver(to, world.ports).has_more
    assert world.courier.carried == []


def _with(world: World, **changes: Any) -> Any:
    return replace(world.ports, **changes)
