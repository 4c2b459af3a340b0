from __future__ import annotations

from app.domain.digest import Digest
from app.domain.standing import Vote, standing
from tests.builders import a_release, a_vote

RELEASE = a_release().digest
QUORUM = {"data_scientist": 1, "risk_compliance": 1}
NOBODY: frozenset[str] = frozenset()


def open_seats(*votes: object, submitters: frozenset[str] = NOBODY) -> int:
    held = standing(votes, QUORUM, RELEASE, submitters)  # type: ignore[arg-type] # votes of tests
    return sum(seat.open for seat in held.seats)


def test_two_people_in_two_roles_fill_the_quorum() -> None:
    votes = a_vote("ada", "data_scientist"), a_vote("ben", "risk_compliance")

    assert open_seats(*votes) == 0


def test_the_submitters_own_approval_fills_no_seat() -> None:
    votes = a_vote("ada", "data_scientist"), a_vote("ben", "risk_compliance")

    held = standing(votes, QUORUM, RELEASE, frozenset({"ben"}))

    assert held.not_counted == ("ben",)
    assert sum(seat.open for seat in held.seats) == 1


def test_the_submitters_own_veto_is_a_veto() -> None:
    veto = a_vote("ben", "risk_compliance", vote=Vote.VETO)

    assert standing([veto], QUORUM, RELEASE, frozenset({"ben"})).vetoed_by == ("ben",)


def test_an_approval_of_another_release_does_not_count() -> None:
    foreign = a_vote("ada", "data_scientist", release_digest=Digest.of(b"another"))

    assert open_seats(foreign, a_vote("ben", "risk_compliance")) == 1


def test_the_latest_vote_of_a_person_stands() -> None:
    first = a_vote("ada", "data_scientist", vote=Vote.VETO, seq=1)
    then = a_vote("ada", "data_scientist", seq=2)

    held = standing([then, first], QUORUM, RELEASE, NOBODY)

    assert held.vetoed_by == ()
    assert held.seats[0].people == ("ada",)


def test_a_withdrawn_vote_fills_no_seat_and_vetoes_nothing() -> None:
    votes = [
        a_vote("ada", "data_scientist", seq=1),
        a_vote("ada", "data_scientist", vote=Vote.WITHDRAWN, seq=2),
    ]

    held = standing(votes, QUORUM, RELEASE, NOBODY)

    assert held.seats[0].people == ()
    assert held.vetoed_by == ()


def test_a_role_that_approves_nothing_fills_no_seat() -> None:
    held = standing([a_vote("ops", "operator")], {"operator": 1}, RELEASE, NOBODY)

    assert held.seats[0].open == 1


def test_without_a_known_quorum_nothing_is_met() -> None:
    held = standing([a_vote("ada", "data_scientist")], None, RELEASE, NOBODY)

    assert not held.is_quorum_known


def test_an_empty_quorum_is_no_known_quorum() -> None:
    assert not standing([], {}, RELEASE, NOBODY).is_quorum_known
