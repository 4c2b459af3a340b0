from __future__ import annotations

import csv
import hashlib
import io
import json
from typing import Any

import pytest

from app.domain.entry import Draft, Entry, Kind, seal
from app.domain.log.exports import formats
from app.domain.log.exports.formats import COLUMNS, Source

SOURCE = Source("checkpoint", "key", "2026-11-24T12:00:00.000000Z")


def an_entry(seq: int = 0, **changes: Any) -> Entry:
    made: dict[str, Any] = {"id": f"d-{seq}", "kind": Kind.DECISION, "actor": "ci", "body": {}}
    draft = Draft(**{**made, **changes})
    body = seal(draft, "gate.test/log", seq, 0)
    return Entry("gate.test/log", seq, draft.id, draft.kind, 0, draft.actor, body)


def test_lines_are_the_very_bytes_and_the_last_tells_what_they_were() -> None:
    entries = [an_entry(3), an_entry(5)]

    *lines, last = formats.jsonl(entries, SOURCE)
    assert lines == [entry.body + b"\n" for entry in entries]
    assert json.loads(last)["export"] == {
        "count": 2,
        "first": 3,
        "last": 5,
        "sha256": hashlib.sha256(b"".join(lines)).hexdigest(),
        "checkpoint": "checkpoint",
        "key": "key",
    }


def test_an_export_of_nothing_says_so() -> None:
    (last,) = formats.jsonl([], SOURCE)

    assert json.loads(last)["export"]["count"] == 0
    assert json.loads(last)["export"]["first"] is None


@pytest.mark.parametrize("actor", ["a,b", 'a"b', "a\nb", "a\r\nb", "\u00e4", "plain"])
def test_a_row_is_read_as_it_was_written(actor: str) -> None:
    table = b"".join(formats.table([an_entry(actor=actor)], SOURCE)).decode()

    header, row = csv.reader(io.StringIO(table, newline=""))
    assert tuple(header) == COLUMNS
    assert row[COLUMNS.index("actor")] == actor


@pytest.mark.parametrize("actor", ["=1", "+1", "-1", "@x", "\tx", "\rx", '=a,"b"'])
def test_a_cell_that_a_spreadsheet_would_run_is_made_text(actor: str) -> None:
    table = b"".join(formats.table([an_entry(actor=actor)], SOURCE)).decode()

    _, row = csv.reader(io.StringIO(table, newline=""))
    assert row[COLUMNS.index("actor")] == f"'{actor}"
