from __future__ import annotations

import json
from datetime import timedelta

import pytest

from app.domain.entry import Entry, Kind
from app.domain.events.subscriber import OWN_KINDS, PAUSES, Delivery, letter, pause
from tests.builders import a_subscriber


def an_entry(kind: Kind, outcome: str = "deny") -> Entry:
    return Entry("log", 7, "d-1", kind, 0, "ci", json.dumps({"outcome": outcome}).encode())


def test_a_subscriber_hears_of_the_kinds_that_it_asked_for() -> None:
    to = a_subscriber(kinds=frozenset({Kind.APPROVAL}))

    assert to.wants(an_entry(Kind.APPROVAL))
    assert not to.wants(an_entry(Kind.DECISION))


def test_outcomes_narrow_decisions_and_nothing_else() -> None:
    to = a_subscriber(kinds=frozenset({Kind.DECISION, Kind.APPROVAL}), outcomes=frozenset({"deny"}))

    assert to.wants(an_entry(Kind.DECISION, "deny"))
    assert not to.wants(an_entry(Kind.DECISION, "allow"))
    assert to.wants(an_entry(Kind.APPROVAL))


@pytest.mark.parametrize("kind", sorted(OWN_KINDS))
def test_nobody_hears_of_the_telling_itself(kind: Kind) -> None:
    assert not a_subscriber(kinds=frozenset(Kind)).wants(an_entry(kind))


def test_the_pause_grows_and_stays_at_its_longest() -> None:
    failed = Delivery(is_taken=False, status=503, message="")

    pauses = [pause(tries, failed) for tries in range(1, len(PAUSES) + 3)]

    assert pauses == sorted(pauses)
    assert pauses[0] == PAUSES[0]
    assert pauses[-1] == PAUSES[-1]


def test_a_receiver_may_ask_for_more_time_but_not_for_ever() -> None:
    def asked(wait: timedelta) -> timedelta:
        return pause(1, Delivery(is_taken=False, status=429, message="", retry_after=wait))

    assert asked(timedelta(seconds=60)) == timedelta(seconds=60)
    assert asked(timedelta(seconds=1)) == PAUSES[0]
    assert asked(timedelta(days=9)) == PAUSES[-1]


def test_places_of_what_was_put_aside_sort_as_the_log_does() -> None:
    assert letter("bus", 9) < letter("bus", 10) < letter("bus", 2**53)


def test_a_secret_is_not_shown() -> None:
    assert "key" not in repr(a_subscriber(secrets=(b"key" * 8,)))
