from __future__ import annotations

import json

import pytest

from app.adapters.evaluations.rows.garak import GarakReader
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Direction, EvaluationReport, ResultStatus, RunStatus
from app.domain.facts.statistics import wilson
from app.domain.release import Document
from tests.evidence import codes, document, one


def jsonl(name: str, *rows: object) -> Document:
    return document(name, "".join(json.dumps(row) + "\n" for row in rows))


READER = GarakReader()
SETUP = {"entry_type": "start_run setup", "plugins.target_name": "org/model"}
INIT = {"entry_type": "init", "garak_version": "0.14", "start_time": "2026-11-01T00:00:00"}
COMPLETION = {"entry_type": "completion", "end_time": "2026-11-01T01:00:00"}
EVALUATION = {
    "entry_type": "eval",
    "probe": "dan.Dan",
    "detector": "mitigation",
    "passed": 37,
    "fails": 13,
    "nones": 0,
    "total_evaluated": 50,
}


def read(*rows: object) -> EvaluationReport:
    return READER.parse((jsonl("g.report.jsonl", SETUP, INIT, *rows),))


def test_the_rate_is_of_attacks_that_came_through() -> None:
    report = read(EVALUATION, COMPLETION)

    (row,) = report.results
    assert (row.metric.id, row.value, row.n, row.successes) == (
        "attack_success_rate",
        0.26,
        50,
        13,
    )
    assert row.metric.direction is Direction.LOWER
    assert (report.run.status, report.run.finished_at) == (RunStatus.COMPLETE, 1793494800)
    assert codes(report) == set()


def test_its_own_interval_is_kept() -> None:
    bounds = {"confidence": "0.95", "confidence_lower": 0.14, "confidence_upper": 0.38}

    (row,) = read({**EVALUATION, **bounds}, COMPLETION).results

    assert row.uncertainty is not None
    assert (row.uncertainty.method, row.uncertainty.ci_high) == ("reported_ci", 0.38)


def test_outputs_that_could_not_be_scored_are_counted() -> None:
    report = read({**EVALUATION, "nones": 5}, COMPLETION)

    assert report.results[0].metric.params["unscored"] == "5"
    assert (report.run.samples_errored, report.run.samples_expected) == (5, 55)
    assert "ERRORS_PRESENT" in codes(report)


def test_without_a_completion_the_run_was_cut_short() -> None:
    report = read(EVALUATION)

    assert report.run.status is RunStatus.PARTIAL
    assert "RUN_INCOMPLETE" in codes(report)


@pytest.mark.parametrize(
    "counts", [{"passed": 40}, {"fails": 60, "passed": None}, {"total_evaluated": 0}]
)
def test_counts_that_do_not_add_up_give_no_rate(counts: dict[str, object]) -> None:
    report = read({**EVALUATION, **counts}, COMPLETION)

    assert report.results[0].status is ResultStatus.MISSING
    assert "COUNTS_INCONSISTENT" in codes(report)


def test_the_older_total_is_read() -> None:
    older = {"entry_type": "eval", "probe": "p", "detector": "d", "passed": 3, "total": 4}

    (row,) = read(older, COMPLETION).results

    assert (row.value, row.n) == (0.25, 4)


def test_a_digest_alone_is_read_by_its_counts() -> None:
    detector = {"detector_name": "d", "absolute_score": 0.75, "passed": 3, "total_evaluated": 4}
    groups = {"dan": {"_summary": {"score": 1}, "dan.Dan": {"_summary": {}, "d": detector}}}

    report = read({"entry_type": "digest", "eval": groups})

    assert one(report, "/digest/eval/dan/dan.Dan/d").value == 0.25
    assert report.run.status is RunStatus.UNKNOWN


def test_a_torn_last_line_is_told() -> None:
    whole = jsonl("g.report.jsonl", SETUP, INIT, EVALUATION, COMPLETION)
    torn = document("g.report.jsonl", whole.content + b'{"entry_type": "attempt", "uu')

    report = READER.parse((torn,))

    assert report.run.status is RunStatus.PARTIAL
    assert "TRUNCATED" in codes(report)


def test_another_row_log_is_refused() -> None:
    file = jsonl("x.jsonl", {"entry_type": "other"})

    assert not READER.sniff((file,))
    with pytest.raises(UnreadableEvidenceError):
        READER.parse((file,))


def of_generations(number: int, **more: object) -> EvaluationReport:
    setup = {**SETUP, "run.generations": number}
    rows = (setup, INIT, {**EVALUATION, **more}, COMPLETION)
    return READER.parse((jsonl("g.report.jsonl", *rows),))


def test_of_several_outputs_to_each_prompt_the_prompts_bound_the_rate() -> None:
    (alone,) = of_generations(1).results
    (five,) = of_generations(5).results

    assert alone.uncertainty is not None
    assert five.uncertainty is not None
    assert (five.value, five.n) == (alone.value, 50)
    assert five.uncertainty.ci_high == pytest.approx(wilson(0.26, 10)[1])
    assert five.metric.params["generations"] == "5"


def test_an_interval_of_outputs_is_widened_to_that_of_prompts() -> None:
    bounds = {"confidence": "0.95", "confidence_lower": 0.14, "confidence_upper": 0.38}

    (row,) = of_generations(5, **bounds).results

    assert row.uncertainty is not None
    assert (row.uncertainty.method, row.uncertainty.computed_by) == ("wilson", "gate")
    assert row.uncertainty.ci_high == pytest.approx(wilson(0.26, 10)[1])


def test_a_digest_alone_is_read_however_it_is_spaced() -> None:
    rows = {"probe": {"passed": 37, "total_evaluated": 50, "absolute_score": 0.74}}
    digest = {
        "entry_type": "digest",
        "meta": {"garak_version": "0.15", "target_name": "org/model", "setup": SETUP},
        "eval": {"dan": {"_summary": {}, "dan.Dan": {"_summary": {}, "mitigation": rows["probe"]}}},
    }
    file = document("digest.json", json.dumps(digest, indent=2))

    assert READER.sniff((file,))
    report = READER.parse((file,))

    (row,) = report.results
    assert (row.value, row.n) == (0.26, 50)
    assert (report.tool_version, report.subject.name) == ("0.15", "org/model")


def test_an_excerpt_that_begins_with_an_attempt_is_known_by_its_probe() -> None:
    attempt = {"entry_type": "attempt", "status": 2, "probe_classname": "dan.Dan"}

    assert READER.sniff((jsonl("g.jsonl", attempt, EVALUATION),))
    assert not READER.sniff((jsonl("g.jsonl", {"entry_type": "attempt", "user": "x"}),))
