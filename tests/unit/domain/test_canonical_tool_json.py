from __future__ import annotations

import pytest

from app.domain.canonical import Unfit, read_json, read_tool_json
from app.domain.errors import MalformedDocumentError


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "123456789012345678"])
def test_a_number_that_no_double_holds_comes_back_as_unfit(number: str) -> None:
    assert read_tool_json(f'{{"a": {number}}}'.encode()) == {"a": Unfit(number)}


@pytest.mark.parametrize("number", ["NaN", "1e400"])
def test_a_document_of_the_gate_may_not_hold_one(number: str) -> None:
    with pytest.raises(MalformedDocumentError):
        read_json(f'{{"a": {number}}}'.encode())


def test_other_numbers_are_read_as_ever() -> None:
    assert read_tool_json(b"\xef\xbb\xbf[1, 2.5, -3e2, 9007199254740991]") == [
        1,
        2.5,
        -300.0,
        9007199254740991,
    ]


@pytest.mark.parametrize(
    "content",
    [b'{"a": 1, "a": 2}', b"[" * 65 + b"]" * 65, b"{", b"", b"\xff", '{"a": 1}'.encode("utf-16")],
)
def test_what_two_readers_could_read_differently_is_still_refused(content: bytes) -> None:
    with pytest.raises(MalformedDocumentError):
        read_tool_json(content)
