from __future__ import annotations

import pytest

from app.domain.approvals import moments


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-11-24T12:00:00Z", 1795521600),
        ("2026-11-24T13:00:00+01:00", 1795521600),
    ],
)
def test_a_moment_is_read_with_its_offset(text: str, seconds: int) -> None:
    assert moments.seconds(text) == seconds
    assert moments.seconds(moments.rfc3339(seconds)) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24",
        "2026-11-24T12:00:00",
        "2026-11-24 12:00:00Z",
        "2026-11-24T12:00:00.5Z",
        "1969-12-31T23:59:59Z",
        "1795521600",
        "",
    ],
)
def test_what_is_no_whole_second_with_an_offset_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        moments.seconds(text)
