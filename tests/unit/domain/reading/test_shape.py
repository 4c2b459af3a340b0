from __future__ import annotations

import pytest

from app.domain.canonical import Unfit
from app.domain.reading.shape import epoch, mapping, members, numbers


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [
        ("2026-11-24T18:24:19+00:00", 1795544659),
        ("2026-11-24T18:24:19Z", 1795544659),
        ("2026-11-24T20:24:19+02:00", 1795544659),
        ("2026-11-24T18:24:19.514167", 1795544659),
        ("2026-11-24", 1795478400),
        (1795544659.7, 1795544659),
        (0, 0),
    ],
)
def test_a_time_is_read(raw: object, seconds: int) -> None:
    assert epoch(raw) == seconds


@pytest.mark.parametrize(
    "raw",
    [
        "yesterday",
        "2026-13-01T00:00:00",
        "1969-12-31T23:59:59Z",
        "0001-01-01T00:00:00+23:59",
        "x" * 5000,
        "",
        -1,
        10**15,
        True,
        None,
        Unfit("NaN"),
        [],
    ],
)
def test_what_is_no_time_is_none(raw: object) -> None:
    assert epoch(raw) is None


def test_other_shapes_are_absent() -> None:
    assert mapping([]) == {}
    assert mapping({"a": 1}) == {"a": 1}
    assert list(members([{"a": 1}, 2, {"b": 3}])) == [(0, {"a": 1}), (2, {"b": 3})]
    assert list(members({"a": 1})) == []
    assert numbers([1, 2.5, True, "3", None, Unfit("NaN")]) == [1.0, 2.5]
    assert numbers("12") == []
