from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from app.adapters.evaluations.scores.inspect_ai import InspectReader
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import EvaluationReport, RunStatus, SliceRole
from app.domain.release import Document
from tests.evidence import codes, document, one, sample

READER = InspectReader()
ZSTANDARD = sample("evals/inspect/2026-11-24T18-24-23-00-00_refusal_TjX7fcXBE4GYUzG4ZFLCSe.eval")


def a_log(**members: object) -> dict[str, Any]:
    metrics = {
        "accuracy": {"name": "accuracy", "value": 0.5, "params": {}},
        "stderr": {"name": "stderr", "value": 0.05, "params": {}},
    }
    score = {"name": "match", "scorer": "match", "scored_samples": 100, "metrics": metrics}
    return {
        "version": 2,
        "status": "success",
        "eval": {
            "task": "sums",
            "model": "org/model",
            "dataset": {"name": "sums", "samples": 100},
            "config": {"epochs": 1},
            "packages": {"inspect_ai": "0.3.285"},
        },
        "results": {"total_samples": 100, "completed_samples": 100, "scores": [score]},
        "stats": {"completed_at": "2026-11-24T18:24:19+00:00"},
        **members,
    }


def read(**members: object) -> EvaluationReport:
    return READER.parse((document("log.json", a_log(**members)),))


def zipped(members: dict[str, object], method: int = zipfile.ZIP_DEFLATED) -> Document:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, json.dumps(content))
    return document("log.eval", packed.getvalue())


def damaged() -> Document:
    packed = bytearray(zipped({"header.json": a_log()}).content)
    packed[60:120] = b"\xff" * 60
    return document("log.eval", bytes(packed))


def test_a_whole_log_is_read_with_nothing_to_flag() -> None:
    report = read()

    row = one(report, "/results/scores/0/metrics/accuracy/value")
    assert (row.value, row.n, row.successes) == (0.5, 100, 50)
    assert row.uncertainty is not None
    assert row.uncertainty.stderr == 0.05
    assert (report.tool_version, report.subject.name) == ("0.3.285", "org/model")
    assert (report.run.status, report.run.finished_at) == (RunStatus.COMPLETE, 1795544659)
    assert codes(report) == set()


def test_a_zstandard_log_is_read_like_its_json() -> None:
    report = READER.parse((ZSTANDARD,))

    row = one(report, "/results/scores/0/metrics/accuracy/value")
    assert (row.value, row.n) == (0.6, 20)
    assert report.run.status is RunStatus.COMPLETE


def test_standard_errors_are_no_results() -> None:
    assert [row.metric.native_name for row in read().results] == ["accuracy"]


def test_a_grouped_metric_is_a_slice_and_its_total_an_aggregate() -> None:
    report = READER.parse(
        (sample("evals/inspect/2026-11-24T18-24-18-00-00_arithmetic_RYcqBuBSKtmQuBvMbkFgnZ.json"),)
    )

    low = one(report, "/results/scores/0/metrics/low/value")
    assert (low.metric.id, low.slice, low.slice_role) == (
        "accuracy",
        {"band": "low"},
        SliceRole.GROUP,
    )
    assert one(report, "/results/scores/0/metrics/all/value").is_aggregate
    assert not one(report, "/results/scores/0/metrics/accuracy/value").is_aggregate


def test_a_failed_run_is_told_without_results() -> None:
    report = READER.parse(
        (sample("evals/inspect/2026-11-24T18-33-44-00-00_failing_6m34H4GcXtanqBXi4sDgxU.json"),)
    )

    assert (report.run.status, report.results) == (RunStatus.FAILED, ())
    assert codes(report) == {"STATUS_NOT_SUCCESS"}


def test_a_log_taken_back_by_its_authors_failed() -> None:
    report = read(invalidated=True)

    assert report.run.status is RunStatus.FAILED
    assert codes(report) == {"INVALIDATED", "STATUS_NOT_SUCCESS"}


def test_a_run_of_two_of_five_hundred_samples_is_partial() -> None:
    report = READER.parse((sample("evals/inspect/eee_data_pubmedqa_gpt4o_mini.json"),))

    (row,) = report.results
    assert row.n == 2
    assert row.uncertainty is not None
    assert row.uncertainty.ci_low == pytest.approx(0.342, abs=5e-4)
    assert report.run.status is RunStatus.PARTIAL
    assert codes(report) == {"LIMIT_USED", "STDERR_ZERO"}


def test_a_judge_is_named() -> None:
    report = READER.parse((sample("evals/inspect/eee_data_with_llm_scoring.json"),))

    assert report.judge == "google/gemini-2.0-flash-001"
    assert codes(report) == {"JUDGE_UNCALIBRATED"}


def test_samples_without_a_score_are_counted() -> None:
    score = {"name": "m", "unscored_samples": 3, "metrics": {"accuracy": {"value": 0.5}}}

    report = read(results={"total_samples": 100, "completed_samples": 100, "scores": [score]})

    assert (report.run.status, report.run.samples_errored) == (RunStatus.PARTIAL, 3)
    assert "ERRORS_PRESENT" in codes(report)


def test_epochs_do_not_multiply_n() -> None:
    score = {"name": "m", "metrics": {"accuracy": {"name": "accuracy", "value": 0.5}}}
    evaluation = {**a_log()["eval"], "config": {"epochs": 4}}
    results = {"total_samples": 400, "completed_samples": 400, "scores": [score]}

    report = read(eval=evaluation, results=results)

    assert one(report, "/results/scores/0/metrics/accuracy/value").n == 100
    assert report.run.status is RunStatus.COMPLETE


def test_a_running_log_has_a_start_record_only() -> None:
    log = a_log()

    report_files = (zipped({"_journal/start.json": {"version": 2, "eval": log["eval"]}}),)

    assert READER.sniff(report_files)
    with pytest.raises(UnreadableEvidenceError, match="no result"):
        READER.parse(report_files)


@pytest.mark.parametrize(
    "file",
    [
        document("log.eval", b"PK\x03\x04 torn"),
        document("log.eval", ZSTANDARD.content[: len(ZSTANDARD.content) // 2]),
        zipped({"other.json": {}}),
        zipped({"header.json": []}),
        document("log.json", {"status": "success", "eval": {"task": "t"}}),
        document("log.json", {**a_log(), "status": "done"}),
        document("log.json", "[]"),
    ],
)
def test_what_is_no_log_is_refused(file: Document) -> None:
    assert not READER.sniff((file,))
    with pytest.raises(UnreadableEvidenceError):
        READER.parse((file,))


def test_a_member_that_unpacks_without_end_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", b" " * 65_000_000)
    file = document("log.eval", packed.getvalue())

    assert not READER.sniff((file,))
    with pytest.raises(UnreadableEvidenceError, match="larger"):
        READER.parse((file,))


def test_a_success_without_scores_is_refused() -> None:
    with pytest.raises(UnreadableEvidenceError, match="no result"):
        read(results={"total_samples": 1, "completed_samples": 1, "scores": []})
