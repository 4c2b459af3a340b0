from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.canonical import Unfit
from app.domain.evidence import ResultStatus
from app.domain.reading.quantity import count, quantity, text


@pytest.mark.parametrize(
    ("raw", "value", "is_percent"),
    [
        (0.5, 0.5, False),
        (7, 7.0, False),
        ("0.5", 0.5, False),
        ("18.55%", 18.55, True),
        (["18.55%"], 18.55, True),
        ("545.00 +/- 161.86", 545.0, False),
        ("1.00 ± 0.00", 1.0, False),
        ("-1e3", -1000.0, False),
    ],
)
def test_a_number_is_read_from_what_cards_write(
    raw: object,
    value: float,
    is_percent: bool,  # noqa: FBT001 - a column of the table
) -> None:
    read = quantity(raw)

    assert (read.status, read.value, read.is_percent) == (ResultStatus.OK, value, is_percent)


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ("N/A", ResultStatus.MISSING),
        (None, ResultStatus.MISSING),
        ("nan +/- nan", ResultStatus.NOT_FINITE),
        ("NaN", ResultStatus.NOT_FINITE),
        (float("inf"), ResultStatus.NOT_FINITE),
        ("1e999", ResultStatus.NOT_FINITE),
        (Unfit("NaN"), ResultStatus.NOT_FINITE),
        ("high", ResultStatus.NOT_NUMERIC),
        ("{wer_on_test}", ResultStatus.NOT_NUMERIC),
        ("0.9 (macro)", ResultStatus.NOT_NUMERIC),
        (True, ResultStatus.NOT_NUMERIC),
        ({"wer_on_test": None}, ResultStatus.NOT_NUMERIC),
        ([0.1, 0.2], ResultStatus.NOT_NUMERIC),
        ([], ResultStatus.NOT_NUMERIC),
    ],
)
def test_what_is_no_number_has_no_value(raw: object, status: ResultStatus) -> None:
    read = quantity(raw)

    assert (read.status, read.value) == (status, None)
    assert read.codes


def test_a_plus_minus_is_told_but_is_no_interval() -> None:
    assert quantity("0.5 +/- 0.1").codes == ("STRING_VALUE", "PLUS_MINUS_PARSED")


@pytest.mark.parametrize(("raw", "n"), [(30, 30), (30.0, 30), (0, 0)])
def test_a_whole_number_counts(raw: object, n: int) -> None:
    assert count(raw) == n


@pytest.mark.parametrize(
    "raw", [30.5, -1, "30", None, True, float("nan"), float("inf"), 1e308, 2**53]
)
def test_what_is_no_whole_number_counts_nothing(raw: object) -> None:
    assert count(raw) is None


def test_text_cannot_reorder_or_break_what_is_shown() -> None:
    assert text("acc\u202e\n<b>\ud800\x00x") == "acc <b> x"


@pytest.mark.parametrize("raw", ["", "  \n", "\u202e", 5, None, ["a"]])
def test_nothing_written_is_no_text(raw: object) -> None:
    assert text(raw) is None


@given(st.text())
def test_text_can_always_be_written_down(raw: str) -> None:
    (text(raw) or "").encode()
