from __future__ import annotations

import pytest

from app.domain.reading import row_files
from app.domain.reading.row_files import rows_of
from app.domain.release import Document
from tests.evidence import document

ROWS = [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]


@pytest.mark.parametrize(
    "file",
    [
        document("r.json", ROWS),
        document("r.jsonl", '{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n'),
        document("r.json", {"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": "y"}}),
    ],
)
def test_every_form_gives_the_same_rows(file: Document) -> None:
    assert rows_of((file,), "a", "b") == ROWS


def test_a_table_of_text_gives_text() -> None:
    assert rows_of((document("r.csv", "a,b\n1,x\n"),), "a") == [{"a": "1", "b": "x"}]


@pytest.mark.parametrize(
    "file",
    [
        document("r.json", [{"a": 1}, 2]),
        document("r.json", [{"a": 1}, {"b": 1}]),
        document("r.jsonl", '{"a": 1}\n{"a"\n'),
        document("r.json", '{\n"a": {"0": 1},\n"b": {"1": 1}\n}'),
        document("r.json", "{}"),
        document("r.csv", "a,a\n1,2\n"),
        document("r.csv", "a,b\n1\n"),
        document("r.csv", b"a\n\xff\n"),
        document("r.csv", ""),
        document("r.txt", "a"),
    ],
)
def test_an_odd_row_leaves_none(file: Document) -> None:
    assert rows_of((file,), "a") == []


def test_a_file_too_large_to_hold_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_files, "MOST_BYTES", 10)

    assert rows_of((document("r.json", ROWS),)) == []
    assert rows_of(()) == []
