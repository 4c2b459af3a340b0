"""Sixteen people act on one release at once: what the log holds is consistent, on every store."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from app.adapters.engines import practice
from app.adapters.stores.opening import Stores
from app.domain.approvals.standing import Vote
from app.domain.approvals.waiver import WaiverRequest
from app.domain.caller import Role
from app.domain.entry import Entry, Kind
from app.domain.errors import ConflictError, GateError, MovedError
from app.gate import hear
from app.gate.approvals import voting, waivers
from app.gate.decide import decide
from app.ports import Ports
from tests.builders import a_caller, a_practice, a_release, a_submission
from tests.worlds import a_world

MANY = 16
RELEASE = a_release().digest
SOFT = {"production": {"limited": {"rules": {"change.note_missing": {"level": "soft"}}}}}
QUORUMS = {"production": {"limited": {"data_scientist": MANY}}}


@pytest.fixture
def ports(stores: Stores) -> Ports:
    world = a_world(profiles=SOFT)
    ports = replace(world.ports, log=stores.log, documents=stores.documents)
    decide(a_submission(), a_caller(), ports, None)
    return ports


def at_once(works: list[Callable[[], Entry]]) -> list[Entry | GateError]:
    """Do all of it at once, and give what came of each."""

    def done(work: Callable[[], Entry]) -> Entry | GateError:
        try:
            return work()
        except GateError as error:
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(done, works))


def votes(ports: Ports, said: Vote, *people: str) -> list[Callable[[], Entry]]:
    def vote(name: str) -> Callable[[], Entry]:
        caller = a_caller(name, Role.DATA_SCIENTIST)
        return lambda: voting.vote(RELEASE, said, "", caller, ports, None)

    return [vote(name) for name in people]


def standing(ports: Ports) -> Any:
    rules = practice.read(a_practice(QUORUMS), "r1")
    held = hear.held(a_release(), a_caller(), rules, ports.documents, ports.log, ports.clock.now())
    return held.standing


def test_sixteen_approvals_at_once_all_count_once(ports: Ports) -> None:
    people = [f"person-{number:02}" for number in range(MANY)]

    made = at_once(votes(ports, Vote.APPROVE, *people))

    entries = [entry for entry in made if isinstance(entry, Entry)]
    assert len({entry.seq for entry in entries}) == MANY
    assert standing(ports).seats[0].people == tuple(people)
    assert [e.seq for e in ports.log.about(RELEASE, Kind.APPROVAL)] == sorted(
        entry.seq for entry in entries
    )


def test_of_one_persons_votes_at_once_the_last_in_the_log_counts(ports: Ports) -> None:
    works = [
        *votes(ports, Vote.APPROVE, *["ada"] * (MANY // 2)),
        *votes(ports, Vote.VETO, *["ada"] * (MANY // 2)),
    ]

    at_once(works)

    last = hear.approval(ports.log.about(RELEASE, Kind.APPROVAL)[-1])
    found = standing(ports)
    assert (found.vetoed_by == ("ada",)) is (last.vote is Vote.VETO)
    assert (found.seats[0].people == ("ada",)) is (last.vote is Vote.APPROVE)


def test_of_sixteen_withdrawals_of_one_vote_at_once_exactly_one_is_made(ports: Ports) -> None:
    ada = a_caller("ada", Role.DATA_SCIENTIST)
    given = voting.vote(RELEASE, Vote.APPROVE, "", ada, ports, None)

    made = at_once([lambda: voting.withdraw(given.id, ada, ports, None)] * MANY)

    assert sum(isinstance(one, Entry) for one in made) == 1
    assert sum(isinstance(one, ConflictError) for one in made) == MANY - 1
    assert len(ports.log.about(RELEASE, Kind.APPROVAL)) == 2


def test_of_sixteen_who_approve_a_waiver_at_once_exactly_one_does(ports: Ports) -> None:
    now = int(ports.clock.now().timestamp())
    asked = WaiverRequest(
        codes=("change.note_missing",),
        model="acme/scorer",
        release_digest=None,
        stage="production",
        reason="it is in the ticket",
        ticket="OPS-1",
        not_before=now,
        expires_at=now + 86400,
    )
    waiver_id = waivers.request(asked, a_caller("sam"), ports, None).id

    def approval(number: int) -> Callable[[], Entry]:
        caller = a_caller(f"lead-{number}", Role.GOVERNANCE_LEAD)
        return lambda: waivers.approve(waiver_id, caller, ports, None)

    made = at_once([approval(number) for number in range(MANY)])

    winners = [entry for entry in made if isinstance(entry, Entry)]
    others = [error for error in made if not isinstance(error, Entry)]
    assert len(winners) == 1
    assert all(isinstance(error, MovedError | ConflictError) for error in others)
    (listed,) = waivers.all_of(None, a_caller("audrey", Role.AUDITOR), ports).waivers
    assert listed.approved_by == winners[0].actor
