from __future__ import annotations

import json

import pytest

from app.domain.digest import Digest
from app.domain.entry import Draft, Idempotency, Kind, Personal
from app.domain.errors import NotFoundError
from app.gate.log.erase import erase
from tests.builders import a_caller
from tests.worlds import World, a_world

SAID = Personal("comment", "ask Ann", "chance")


def with_a_comment() -> World:
    world = a_world()
    world.ports.log.append(Draft("a-1", Kind.APPROVAL, "ann", {}, personal=(SAID,)))
    return world


def test_an_erasure_is_recorded_with_who_and_why_and_without_the_text() -> None:
    world = with_a_comment()

    entry = erase(0, "request 7", a_caller(), world.ports, None)

    body = json.loads(entry.body)
    assert (entry.kind, body["erased"], body["names"]) == (Kind.PERSONAL_ERASED, 0, ["comment"])
    assert (body["reason"], body["erased_by"]) == ("request 7", a_caller().subject)
    assert SAID.text.encode() not in entry.body
    assert world.ports.log.personal([0]) == {}


@pytest.mark.parametrize("seq", [1, 99])
def test_there_is_nothing_to_erase_where_no_text_is(seq: int) -> None:
    world = with_a_comment()
    world.ports.log.append(Draft("a-2", Kind.APPROVAL, "ann", {}))

    with pytest.raises(NotFoundError):
        erase(seq, "request 7", a_caller(), world.ports, None)
    assert world.ports.log.personal([0]) == {0: (SAID,)}


def test_a_text_is_erased_once() -> None:
    world = with_a_comment()
    erase(0, "request 7", a_caller(), world.ports, None)

    with pytest.raises(NotFoundError):
        erase(0, "request 7", a_caller(), world.ports, None)


def test_an_erasure_that_is_asked_for_again_is_answered_again() -> None:
    world = with_a_comment()
    key = Idempotency("operator", "k-1", Digest.of(b"request"))

    first = erase(0, "request 7", a_caller(), world.ports, key)
    assert erase(0, "request 7", a_caller(), world.ports, key) == first
