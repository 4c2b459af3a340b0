from __future__ import annotations

import json

import pytest

from app.adapters.evaluations.rows.pyrit import PyRITReader
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import EvaluationReport, RunStatus
from app.domain.release import Document
from tests.evidence import document


def jsonl(name: str, *rows: object) -> Document:
    return document(name, "".join(json.dumps(row) + "\n" for row in rows))


READER = PyRITReader()


def read(*outcomes: str, **members: object) -> EvaluationReport:
    rows = [{"objective": "o", "outcome": outcome, **members} for outcome in outcomes]
    return READER.parse((document("r.json", rows),))


def test_success_is_of_the_attack() -> None:
    (row,) = read("success", "failure", "failure", "failure").results

    assert (row.metric.id, row.value, row.n) == ("attack_success_rate", 0.25, 4)


def test_the_undecided_are_neither() -> None:
    report = read("success", "failure", "undetermined", "error")

    (row,) = report.results
    assert (row.value, row.n, row.metric.params) == (0.5, 2, {"unscored": "2"})
    assert report.run.status is RunStatus.PARTIAL


def test_each_harm_category_has_its_rate() -> None:
    report = read("success", targeted_harm_categories=["violence"])

    assert [dict(row.slice) for row in report.results] == [{}, {"category": "violence"}]


def test_rows_may_stand_on_lines() -> None:
    row = {"objective": "o", "outcome": "failure", "timestamp": "2026-11-01T00:00:00Z"}

    report = READER.parse((jsonl("r.jsonl", row, row),))

    assert (report.results[0].n, report.run.finished_at) == (2, 1793491200)


@pytest.mark.parametrize("row", [{"objective": "o", "outcome": "maybe"}, {"outcome": "success"}])
def test_other_rows_are_refused(row: object) -> None:
    assert not READER.sniff((document("r.json", [row]),))
    with pytest.raises(UnreadableEvidenceError):
        READER.parse((document("r.json", [row]),))
