from __future__ import annotations

import pytest

from app.domain.errors import UnreadableEvidenceError
from app.domain.reading import files
from tests.evidence import document


def test_the_one_file_is_opened_if_it_has_the_keys() -> None:
    file = document("a.json", {"results": 1})

    assert files.sole_json((file,), "results") == {"results": 1}
    assert files.sole_json((file,), "results", "versions") is None
    assert files.sole_json((file, file), "results") is None


@pytest.mark.parametrize("content", ["", "text", '"results"', '{"results": ', '{"a": 1, "a": 2}'])
def test_what_is_no_json_object_or_list_is_none(content: str) -> None:
    assert files.sole_json((document("a.json", content),)) is None


def test_what_must_be_json_says_what_is_wrong() -> None:
    assert files.must_json((document("a.json", "[NaN]"),))
    with pytest.raises(UnreadableEvidenceError, match="not a JSON document"):
        files.must_json((document("a.json", "{"),))
    with pytest.raises(UnreadableEvidenceError, match="one file was expected, not 0"):
        files.must_json(())


def test_lines_are_numbered_with_the_blank_ones() -> None:
    assert list(files.lines(b"\xef\xbb\xbf{}\r\n\n  \n[1]\nlast")) == [
        (1, b"{}"),
        (4, b"[1]"),
        (5, b"last"),
    ]


@pytest.mark.parametrize("line", [b"[1]", b'{"a"', b'{"a": 1}x', b"{" + b" " * 16_000_001])
def test_a_line_that_is_no_object_is_no_row(line: bytes) -> None:
    assert files.row(line) is None


def test_a_line_that_is_an_object_is_a_row() -> None:
    assert files.row(b'{"a": 1}') == {"a": 1}
