from __future__ import annotations

import json

import pytest

from app.domain.approvals.standing import Vote
from app.domain.caller import Role
from app.domain.digest import Digest
from app.domain.errors import ForbiddenError, NotFoundError
from app.domain.quorum import Seat
from app.domain.release import ModelVersion, Release
from app.gate import hear
from app.gate.approvals import voting
from app.gate.decide import decide
from tests.builders import a_caller, a_release, a_scope, a_submission
from tests.worlds import World, a_world

RELEASE = a_release().digest
ADA = a_caller("ada", Role.DATA_SCIENTIST, Role.DEPLOYER)


def seats_of(release: Release, world: World) -> tuple[Seat, ...]:
    ports = world.ports
    practice, now = ports.engine.practice(), ports.clock.now()
    held = hear.held(release, a_caller(), practice, ports.documents, ports.log, now)
    return held.standing.seats


@pytest.fixture
def world() -> World:
    world = a_world()
    decide(a_submission(), a_caller(), world.ports, None)
    return world


def test_a_vote_is_recorded_in_the_approver_roles_of_the_token(world: World) -> None:
    entry = voting.vote(RELEASE, Vote.APPROVE, "fine", ADA, world.ports, None)

    body = json.loads(entry.body)
    assert (body["subject"], body["roles"]) == ("ada", ["data_scientist"])


def test_what_was_written_stands_beside_the_record_and_not_in_it(world: World) -> None:
    entry = voting.vote(RELEASE, Vote.APPROVE, "asked Ann Example", ADA, world.ports, None)

    (said,) = world.ports.log.personal([entry.seq])[entry.seq]
    assert b"Ann" not in entry.body
    assert (said.name, said.text) == ("comment", "asked Ann Example")
    assert len(said.salt) >= 32


def test_a_vote_without_a_comment_has_no_text_beside_it(world: World) -> None:
    entry = voting.vote(RELEASE, Vote.APPROVE, "", ADA, world.ports, None)

    assert world.ports.log.personal([entry.seq]) == {}


def test_nobody_votes_without_an_approver_role(world: World) -> None:
    with pytest.raises(ForbiddenError):
        voting.vote(RELEASE, Vote.APPROVE, "", a_caller("ops", Role.OPERATOR), world.ports, None)


def test_nobody_votes_on_a_release_that_was_never_submitted(world: World) -> None:
    with pytest.raises(NotFoundError, match="was ever submitted"):
        voting.vote(Digest.of(b"other"), Vote.APPROVE, "", ADA, world.ports, None)


def test_a_vote_counts_where_its_roles_hold(world: World) -> None:
    elsewhere = a_scope("acme", stages=("staging",))
    here = a_scope("acme", stages=("production",))
    release = a_release()

    for name, scope in (("ada", here), ("ben", elsewhere)):
        voter = a_caller(name, Role.DATA_SCIENTIST, scope=scope)
        voting.vote(RELEASE, Vote.APPROVE, "", voter, world.ports, None)

    assert [seat.people for seat in seats_of(release, world)] == [("ada",)]


def test_the_same_bytes_in_another_project_lend_it_no_votes(world: World) -> None:
    theirs = a_submission(model=ModelVersion("globex", "scorer", "1"))
    decide(theirs, a_caller("eve"), world.ports, None)
    voter = a_caller("gil", Role.DATA_SCIENTIST, scope=a_scope("globex"))

    entry = voting.vote(RELEASE, Vote.APPROVE, "", voter, world.ports, None)

    assert json.loads(entry.body)["entry"]["model"] == "globex/scorer"
    assert [seat.people for seat in seats_of(a_release(), world)] == [()]


def test_a_person_takes_the_own_vote_back(world: World) -> None:
    given = voting.vote(RELEASE, Vote.VETO, "", ADA, world.ports, None)

    entry = voting.withdraw(given.id, ADA, world.ports, None)

    assert hear.approval(entry).vote is Vote.WITHDRAWN


def test_nobody_takes_the_vote_of_another_back(world: World) -> None:
    given = voting.vote(RELEASE, Vote.VETO, "", ADA, world.ports, None)

    with pytest.raises(ForbiddenError, match="only the person"):
        voting.withdraw(given.id, a_caller("ben", Role.DATA_SCIENTIST), world.ports, None)


def test_a_vote_that_was_never_given_cannot_be_withdrawn(world: World) -> None:
    with pytest.raises(NotFoundError, match="no approval"):
        voting.withdraw("nothing", ADA, world.ports, None)
