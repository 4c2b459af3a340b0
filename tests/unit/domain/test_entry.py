from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.domain.entry import LARGEST_BODY, Draft, Kind, Move, microseconds, rfc3339, seal
from app.domain.errors import TooLargeError


def test_time_is_written_with_six_decimals_even_on_the_second() -> None:
    assert rfc3339(0) == "1970-01-01T00:00:00.000000Z"
    assert rfc3339(1_795_550_097_000_001) == "2026-11-24T19:54:57.000001Z"


def test_microseconds_are_exact_and_know_the_zone() -> None:
    moment = datetime(2026, 11, 24, 12, 0, 0, 123_457, tzinfo=UTC)

    assert microseconds(moment) % 1_000_000 == 123_457
    assert microseconds(moment.astimezone(timezone(timedelta(hours=5)))) == microseconds(moment)


def test_a_seal_cannot_be_forged_by_the_body() -> None:
    body = {"seq": 99, "at": "then", "log": "another", "entry": {"actor": "eve"}}

    sealed = seal(Draft("a-1", Kind.APPROVAL, "ann", body), "gate.test/log", 7, 0)
    assert sealed == (
        b'{"at":"1970-01-01T00:00:00.000000Z",'
        b'"entry":{"actor":"ann","id":"a-1","kind":"approval"},"log":"gate.test/log","seq":7}'
    )


def test_a_seal_names_the_places_that_it_moves() -> None:
    moves = (Move("version:acme/m:1", None), Move("stage:acme/m:dev", 3))

    sealed = json.loads(seal(Draft("d-1", Kind.DECISION, "ci", {}, moves=moves), "log", 7, 0))
    assert sealed["entry"]["places"] == ["stage:acme/m:dev", "version:acme/m:1"]


def test_a_seal_over_the_limit_is_refused() -> None:
    with pytest.raises(TooLargeError, match="approval"):
        seal(Draft("a-1", Kind.APPROVAL, "ann", {"x": "y" * LARGEST_BODY}), "log", 0, 0)
