"""The gate's own keys in the log: each change, who is meant, and nothing without it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.adapters.attestations.told_key import ToldKey
from app.domain.attestations.adoption import GateKey, Use
from app.domain.entry import Kind
from app.domain.errors import StoreError
from app.domain.log.question import Field, Question, Term
from app.gate.log.adopt import adopt
from app.ports import Log
from tests.fakes.attestor import FakeAttestor
from tests.worlds import World, a_world

FIRST = GateKey(Use.ATTESTATIONS, "first", "PEM of the first")
SECOND = GateKey(Use.ATTESTATIONS, "second", "PEM of the second")
OF_POLICIES = GateKey(Use.POLICIES, "first", "PEM of the first")


def recorded(log: Log) -> list[dict[str, Any]]:
    asked = Question((Term(Field.KIND, Kind.KEY_ADOPTED.value),))
    return [json.loads(entry.body) for entry in log.scan(asked, 0, 2**53, 100)]


def teller(world: World) -> Callable[[GateKey], None]:
    return lambda key: adopt(key, world.ports.log, world.ports.new_id)


def test_the_first_key_replaces_none() -> None:
    world = a_world()
    teller(world)(FIRST)

    (made,) = recorded(world.ports.log)
    assert made["key"] == {"name": "first", "public_key": "PEM of the first"}
    assert (made["use"], "replaces" in made) == ("attestations", False)


def test_the_same_key_again_is_told_once() -> None:
    world = a_world()
    teller(world)(FIRST)
    teller(world)(FIRST)

    assert len(recorded(world.ports.log)) == 1


@pytest.mark.parametrize(
    "other",
    [
        SECOND,
        GateKey(Use.ATTESTATIONS, "first", "PEM of the second"),
        GateKey(Use.ATTESTATIONS, "second", "PEM of the first"),
    ],
    ids=["another", "under_its_name", "by_another_name"],
)
def test_another_key_is_told_with_the_one_it_replaces(other: GateKey) -> None:
    world = a_world()
    teller(world)(FIRST)
    teller(world)(other)

    assert recorded(world.ports.log)[-1]["replaces"] == FIRST.said
    assert recorded(world.ports.log)[-1]["key"] == other.said


def test_a_key_that_comes_back_is_told_again() -> None:
    world = a_world()
    for key in (FIRST, SECOND, FIRST):
        teller(world)(key)

    assert [one["key"]["name"] for one in recorded(world.ports.log)] == ["first", "second", "first"]


def test_one_key_for_two_uses_is_told_for_each() -> None:
    world = a_world()
    teller(world)(FIRST)
    teller(world)(OF_POLICIES)

    assert [one["use"] for one in recorded(world.ports.log)] == ["attestations", "policies"]
    assert "replaces" not in recorded(world.ports.log)[-1]


def test_a_signature_is_made_after_its_key_was_told() -> None:
    told: list[GateKey] = []
    attestor = FakeAttestor()
    key = ToldKey(attestor, told.append)

    assert told == []
    key.attest(b"{}")
    assert [one.public_key.encode() for one in told] == [attestor.public_key()]


def test_the_public_key_is_given_after_it_was_told() -> None:
    told: list[GateKey] = []
    attestor = FakeAttestor()

    assert ToldKey(attestor, told.append).public_key() == attestor.public_key()
    assert len(told) == 1


def test_of_a_log_that_takes_nothing_there_is_no_signature_and_no_key() -> None:
    def refuse(_: GateKey) -> None:
        raise StoreError("the log is frozen and takes nothing more")

    key = ToldKey(FakeAttestor(), refuse)

    with pytest.raises(StoreError):
        key.attest(b"{}")
    with pytest.raises(StoreError):
        key.public_key()
