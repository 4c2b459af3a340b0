from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.quorum import seat

ROLES = ("a", "b", "c")
_PEOPLE = st.dictionaries(
    st.sampled_from("uvwxyz"), st.frozensets(st.sampled_from(ROLES)), max_size=5
)
_QUORUM = st.dictionaries(st.sampled_from(ROLES), st.integers(1, 2), min_size=1)


def test_each_seat_is_filled_by_a_person_of_its_role() -> None:
    (seats,) = seat({"risk_compliance": 2}, {"ada": frozenset({"risk_compliance"})})

    assert (seats.people, seats.open) == (("ada",), 1)


def test_alice_in_two_roles_and_bob_do_not_fill_three_seats() -> None:
    people = {"alice": frozenset({"a", "b"}), "bob": frozenset({"c"})}

    assert sum(s.open for s in seat({"a": 1, "b": 1, "c": 1}, people)) == 1


def test_a_person_of_two_roles_makes_way_for_one_of_a_single_role() -> None:
    people = {"alice": frozenset({"a", "b"}), "zoe": frozenset({"a"})}

    assert [s.people for s in seat({"a": 1, "b": 1}, people)] == [("zoe",), ("alice",)]


def test_without_a_quorum_there_are_no_seats() -> None:
    assert seat({}, {"ada": frozenset({"a"})}) == ()


@given(_QUORUM, _PEOPLE)
def test_no_other_seating_fills_more_seats(
    quorum: dict[str, int], people: dict[str, frozenset[str]]
) -> None:
    seats = [role for role, count in quorum.items() for _ in range(count)]
    orders = permutations([*people, *[""] * len(seats)], len(seats))
    most = max(
        sum(role in people.get(name, ()) for role, name in zip(seats, order, strict=True))
        for order in set(orders)
    )

    filled = [name for s in seat(quorum, people) for name in s.people]

    assert len(filled) == most
    assert len(set(filled)) == len(filled)
