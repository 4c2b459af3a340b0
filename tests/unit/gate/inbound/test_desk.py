from __future__ import annotations

import json

import pytest

from app.domain.caller import Role
from app.domain.entry import Kind
from app.domain.inbound.inquiry import Ballot, Inquiry, Webhook
from app.gate import decide
from app.gate.inbound import desk
from tests.builders import a_caller, a_submission
from tests.unit.adapters.askers.test_clerk import ASKED, FakeAsker
from tests.worlds import World, a_world

DAY = 86_400
COMMIT = f"git+https://github.example/acme/scorer@{'1f' * 20}"


def asked_of(ballot: Ballot) -> Inquiry:
    return Inquiry("registry", "review/1", COMMIT, "review", ballot.facts())


def submit(world: World) -> None:
    decide.decide(a_submission(references=(COMMIT,)), a_caller(), world.ports, None)


def take(world: World, asked: Inquiry = ASKED, delivery: str = "d-1") -> bool:
    return desk.take(Webhook(delivery, (asked,)), "registry", world.ports)


def test_a_delivery_is_taken_once_and_another_asks_the_same_again() -> None:
    world = a_world()

    assert [take(world), take(world), take(world, delivery="d-2")] == [True, False, True]
    found, last = desk.made_after(-1, "registry", world.ports.log)
    assert [one.place for one in found] == [ASKED.place] * 2
    assert desk.made_after(last, "registry", world.ports.log) == ([], last)
    assert desk.made_after(-1, "somebody", world.ports.log) == ([], -1)


def test_what_nobody_asked_is_told_to_nobody() -> None:
    world, asker = a_world(), FakeAsker()

    assert desk.settle(ASKED, asker, world.ports) is None
    assert not desk.is_open(ASKED, world.ports.log)
    assert asker.told == []


def test_an_inquiry_that_was_answered_is_told_nothing_new_and_stays_open() -> None:
    world, asker = a_world(), FakeAsker()
    take(world)
    desk.settle(ASKED, asker, world.ports)

    assert desk.settle(ASKED, asker, world.ports) is None
    assert desk.is_open(ASKED, world.ports.log)


def test_an_inquiry_of_a_month_ago_is_closed() -> None:
    world, asker = a_world(), FakeAsker()
    take(world)
    desk.settle(ASKED, asker, world.ports)
    world.clock.advance(30 * DAY)
    desk.settle(ASKED, asker, world.ports)
    is_open_on_the_day = desk.is_open(ASKED, world.ports.log)
    world.clock.advance(1)

    desk.settle(ASKED, asker, world.ports)

    assert is_open_on_the_day
    assert not desk.is_open(ASKED, world.ports.log)
    assert desk.settle(ASKED, asker, world.ports) is None


def test_who_asks_again_after_it_was_closed_is_answered_again() -> None:
    world, asker = a_world(), FakeAsker()
    take(world)
    desk.settle(ASKED, asker, world.ports)

    take(world, delivery="d-2")
    desk.settle(ASKED, asker, world.ports)

    assert len(asker.told) == 2


def test_a_ballot_of_somebody_without_a_role_that_approves_is_refused_for_good() -> None:
    world, asker = a_world(), FakeAsker()
    asked = asked_of(Ballot("approve", "sam@acme.example", frozenset({Role.SUBMITTER})))
    submit(world)
    take(world, asked)

    told = desk.settle(asked, asker, world.ports)

    assert told is not None
    assert told.is_final
    assert told.message.startswith("refused: ")
    assert world.stores.log.page(Kind.APPROVAL, before=None, limit=9).entries == ()


def test_a_ballot_waits_for_its_release_and_is_cast_once() -> None:
    world, asker = a_world(), FakeAsker()
    asked = asked_of(Ballot("veto", "rita@acme.example", frozenset({Role.DATA_SCIENTIST})))
    take(world, asked)
    before = desk.settle(asked, asker, world.ports)

    submit(world)
    desk.settle(asked, asker, world.ports)
    desk.settle(asked, asker, world.ports)

    assert before is None
    (entry,) = world.stores.log.page(Kind.APPROVAL, before=None, limit=9).entries
    body = json.loads(entry.body)
    assert (body["subject"], body["vote"]) == ("rita@acme.example", "veto")
    assert asker.told == [], "a vote is nothing that its forge is told"
    assert len(world.stores.log.page(Kind.DECISION, before=None, limit=9).entries) == 2


@pytest.mark.parametrize(("project", "heard"), [("acme", "allow"), ("globex", "unknown")])
def test_an_asker_hears_of_its_own_projects_alone(project: str, heard: str) -> None:
    world, asker = a_world(), FakeAsker()
    asker.projects = frozenset({project})
    asked = Inquiry("registry", "deployment/1", COMMIT, "production", {})
    submit(world)
    take(world, asked)

    desk.settle(asked, asker, world.ports)

    assert asker.told == [f"deployment/1: {heard}"]


@pytest.mark.parametrize(("project", "votes"), [("acme", 1), ("globex", 0)])
def test_its_people_vote_on_releases_of_its_own_projects_alone(project: str, votes: int) -> None:
    world, asker = a_world(), FakeAsker()
    asker.projects = frozenset({project})
    asked = asked_of(Ballot("approve", "rita@acme.example", frozenset({Role.DATA_SCIENTIST})))
    submit(world)
    take(world, asked)

    told = desk.settle(asked, asker, world.ports)

    assert told is not None
    assert told.is_final
    assert len(world.stores.log.page(Kind.APPROVAL, before=None, limit=9).entries) == votes
