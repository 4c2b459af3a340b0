from __future__ import annotations

import pytest

from app.adapters.evaluations.tables.lighteval import LightevalReader
from app.domain.evidence import RunStatus
from app.domain.release import Document
from tests.evidence import codes, document, one

READER = LightevalReader()


def a_report(task: dict[str, object], **general: object) -> Document:
    native = {
        "config_general": {"lighteval_sha": "abc", "model_name": "m", **general},
        "results": {"lighteval|gsm8k|5": {"em": 0.5, "em_stderr": 0.05}, "all": {"em": 0.5}},
        "config_tasks": {"lighteval|gsm8k": {"original_num_docs": 100, **task}},
    }
    return document("results_2026-11-01T10-20-30.123.json", native)


def test_a_whole_run_is_read() -> None:
    report = READER.parse((a_report({"effective_num_docs": 100}),))

    row = one(report, "/results/lighteval|gsm8k|5/em")
    assert (row.dataset.id, row.metric.params, row.n) == ("gsm8k", {"shots": "5"}, 100)
    assert (report.run.status, report.run.finished_at) == (RunStatus.COMPLETE, 1793528430)
    assert one(report, "/results/all/em").is_aggregate


@pytest.mark.parametrize(("effective", "limit"), [(7, None), (100, 7)])
def test_a_limited_run_is_partial(effective: int, limit: int | None) -> None:
    file = a_report({"effective_num_docs": effective}, max_samples=limit)

    report = READER.parse((file,))

    assert report.run.status is RunStatus.PARTIAL
    assert "LIMIT_USED" in codes(report)
