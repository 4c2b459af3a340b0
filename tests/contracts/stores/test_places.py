from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.adapters.stores.opening import Stores
from app.domain.entry import Entry, Idempotency, Move
from app.domain.errors import MovedError
from tests.contracts.stores.test_log import a_draft, a_key
from tests.fakes.stores import SetClock

STAGE = "stage:acme/credit:production"
VERSION = "version:acme/credit:1.0"


def moved(stores: Stores, entry_id: str, *moves: Move, key: Idempotency | None = None) -> Entry:
    return stores.log.append(a_draft(entry_id, moves=moves), key)


def test_a_place_points_at_the_entry_that_moved_it(stores: Stores) -> None:
    made = moved(stores, "d-1", Move(STAGE, None))

    assert stores.log.at_place(STAGE) == made
    assert stores.log.at_place(VERSION) is None


def test_a_place_moves_on_from_where_it_was_seen(stores: Stores) -> None:
    first = moved(stores, "d-1", Move(STAGE, None))
    second = moved(stores, "d-2", Move(STAGE, first.seq))

    assert stores.log.at_place(STAGE) == second
    assert list(stores.log.moves(STAGE)) == [first, second]


def test_an_entry_that_moves_nothing_leaves_a_place_where_it_was(stores: Stores) -> None:
    first = moved(stores, "d-1", Move(STAGE, None))
    moved(stores, "d-2")

    assert list(stores.log.moves(STAGE)) == [first]


@pytest.mark.parametrize("expected", [None, 1, 7])
def test_a_place_that_was_moved_since_refuses_and_nothing_is_written(
    stores: Stores, expected: int | None
) -> None:
    first = moved(stores, "d-1", Move(STAGE, None))
    moved(stores, "d-2")

    with pytest.raises(MovedError) as refused:
        moved(stores, "d-3", Move(STAGE, expected))

    assert (refused.value.place, refused.value.seq) == (STAGE, first.seq)
    assert moved(stores, "d-4").seq == 2


def test_a_place_that_never_was_cannot_be_moved_on(stores: Stores) -> None:
    with pytest.raises(MovedError) as refused:
        moved(stores, "d-1", Move(STAGE, 0))

    assert refused.value.seq is None


def test_of_two_places_both_move_or_neither(stores: Stores) -> None:
    moved(stores, "d-1", Move(VERSION, None))

    with pytest.raises(MovedError):
        moved(stores, "d-2", Move(STAGE, None), Move(VERSION, None))
    assert stores.log.at_place(STAGE) is None

    made = moved(stores, "d-3", Move(STAGE, None), Move(VERSION, 0))
    assert stores.log.at_place(STAGE) == stores.log.at_place(VERSION) == made


def test_the_stored_bytes_name_the_places(stores: Stores) -> None:
    made = moved(stores, "d-1", Move(VERSION, None), Move(STAGE, None))

    assert json.loads(made.body)["entry"]["places"] == [STAGE, VERSION]


def test_a_repeated_key_does_not_move_a_place_again(stores: Stores) -> None:
    first = moved(stores, "d-1", Move(STAGE, None), key=a_key())
    again = moved(stores, "d-2", Move(STAGE, None), key=a_key())

    assert again == first
    assert list(stores.log.moves(STAGE)) == [first]


def test_places_are_listed_by_prefix_and_name(stores: Stores) -> None:
    moved(stores, "d-1", Move("stage:b", None), Move("version:a", None))
    second = moved(stores, "d-2", Move("stage:a", None))
    third = moved(stores, "d-3", Move("stage:b", 0), Move("stagé", None))

    assert list(stores.log.places("stage:")) == [("stage:a", second), ("stage:b", third)]
    assert list(stores.log.places("stage:", limit=1)) == [("stage:a", second)]
    assert list(stores.log.places("stage:", after="stage:a")) == [("stage:b", third)]
    assert list(stores.log.places("alias:")) == []


def test_of_sixteen_who_move_a_place_at_once_one_does(stores: Stores) -> None:
    def attempt(number: int) -> bool:
        try:
            moved(stores, f"d-{number}", Move(STAGE, None))
        except MovedError:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        won = list(pool.map(attempt, range(16)))

    assert sum(won) == 1
    assert len(stores.log.moves(STAGE)) == 1


def test_a_place_is_told_as_it_was_at_a_time(stores: Stores, clock: SetClock) -> None:
    first = moved(stores, "d-1", Move(STAGE, None))
    clock.advance(60)
    second = moved(stores, "d-2", Move(STAGE, first.seq))

    at = [stores.log.at_place(STAGE, until=until) for until in (first.at, first.at + 1, second.at)]
    assert at == [None, first, first]
    assert stores.log.at_place(STAGE, until=second.at + 1) == second
