"""Seats and who fills them: a quorum met only by different people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Quorum = Mapping[str, int]
"""Seats per role, as policy data states them for one stage and risk tier."""


@dataclass(frozen=True, slots=True)
class Seat:
    """The seats of one role: how many there are, and who fills them."""

    role: str
    required: int
    people: tuple[str, ...]

    @property
    def open(self) -> int:
        """Seats that nobody fills."""
        return self.required - len(self.people)


def seat(quorum: Quorum, people: Mapping[str, frozenset[str]]) -> tuple[Seat, ...]:
    """Seat as many people as possible, each in one seat of a role they hold.

    `people` maps a subject to its roles. Maximum bipartite matching by augmenting paths
    (Kuhn 1955): whoever holds two roles fills the seat that leaves fewer open, and never
    two. Ties are broken by name, so the same votes always give the same seating.
    """
    seats = [role for role in sorted(quorum) for _ in range(quorum[role])]
    holder: dict[int, str] = {}
    for person in sorted(people):
        _place(person, seats, people, holder, set())
    return tuple(Seat(role, quorum[role], _holders(role, seats, holder)) for role in sorted(quorum))


def _place(
    person: str,
    seats: Sequence[str],
    people: Mapping[str, frozenset[str]],
    holder: dict[int, str],
    tried: set[int],
) -> bool:
    for index, role in enumerate(seats):
        if index in tried or role not in people[person]:
            continue
        tried.add(index)
        if index not in holder or _place(holder[index], seats, people, holder, tried):
            holder[index] = person
            return True
    return False


def _holders(role: str, seats: Sequence[str], holder: Mapping[int, str]) -> tuple[str, ...]:
    return tuple(
        sorted(holder[i] for i, seat_role in enumerate(seats) if seat_role == role and i in holder)
    )
