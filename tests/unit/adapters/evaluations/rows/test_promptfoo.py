from __future__ import annotations

from typing import Any

from app.adapters.evaluations.rows.promptfoo import PromptfooReader
from app.domain.evidence import RunStatus
from app.domain.release import Document
from tests.evidence import codes, document, one

READER = PromptfooReader()


def an_export(*prompts: dict[str, Any], rows: tuple[dict[str, Any], ...] = ()) -> Document:
    results = {"version": 3, "timestamp": "2026-11-24T18:26:19.478Z", "stats": {"errors": 0}}
    native = {
        "evalId": "eval-1",
        "config": {"description": "suite"},
        "metadata": {"promptfooVersion": "0.121"},
        "results": {**results, "prompts": list(prompts), "results": list(rows)},
    }
    return document("out.json", native)


def a_prompt(provider: str = "a", **metrics: object) -> dict[str, Any]:
    counts = {"testPassCount": 30, "testFailCount": 10, "testErrorCount": 0, **metrics}
    return {"provider": provider, "label": "p", "metrics": counts}


def test_the_pass_rate_has_n_and_interval() -> None:
    report = READER.parse((an_export(a_prompt()),))

    (row,) = report.results
    assert (row.metric.id, row.value, row.n, row.successes) == ("pass_rate", 0.75, 40, 30)
    assert report.subject.name == "a"
    assert codes(report) == set()


def test_named_scores_are_divided_by_their_weights() -> None:
    prompt = a_prompt(
        namedScores={"factual": 3},
        namedScoresCount={"factual": 2},
        namedScoreWeights={"factual": 3},
    )

    report = READER.parse((an_export(prompt),))

    assert one(report, "/results/prompts/0/metrics/namedScores/factual").value == 1.0


def test_named_scores_without_weights_are_divided_by_their_count() -> None:
    prompt = a_prompt(namedScores={"x": 3}, namedScoresCount={"x": 4})

    report = READER.parse((an_export(prompt),))

    assert one(report, "/results/prompts/0/metrics/namedScores/x").value == 0.75


def test_errors_make_the_run_partial() -> None:
    report = READER.parse((an_export(a_prompt(testErrorCount=2)),))

    assert (report.run.status, report.run.samples_errored) == (RunStatus.PARTIAL, 2)
    assert "ERRORS_PRESENT" in codes(report)


def test_two_providers_leave_no_subject() -> None:
    report = READER.parse((an_export(a_prompt("a"), a_prompt("b")),))

    assert report.subject.name is None
    assert {row.metric.params["provider"] for row in report.results} == {"a", "b"}
    assert "SEVERAL_SUBJECTS" in codes(report)


def test_red_team_rows_give_the_attack_success_rate() -> None:
    rows = [
        {"success": index > 2, "failureReason": 1, "metadata": {"pluginId": "pii"}}
        for index in range(10)
    ]
    error = {"success": False, "failureReason": 2, "metadata": {"pluginId": "pii"}}

    report = READER.parse((an_export(a_prompt(), rows=(*rows, error)),))

    row = one(report, "/results/results")
    assert (row.metric.id, row.value, row.n) == ("attack_success_rate", 0.3, 10)
    assert row.metric.params == {"strategy": "basic", "unscored": "1"}


def test_a_rubric_has_a_judge() -> None:
    part = {"assertion": {"type": "llm-rubric", "provider": "org/judge"}}
    rows = ({"success": True, "gradingResult": {"componentResults": [part]}},)

    report = READER.parse((an_export(a_prompt(), rows=rows),))

    assert report.judge == "org/judge"
