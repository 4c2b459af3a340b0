from __future__ import annotations

from typing import Any

import pytest

from app.adapters.evaluations.tables.lm_eval import LMEvalReader
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Direction, EvaluationReport, ResultStatus, RunStatus
from app.domain.release import Document
from tests.evidence import codes, document, one, sample

READER = LMEvalReader()
OWN_RUN = sample("evals/lm_eval/results_2026-11-24T18-26-15.009855.json")
OLD_RUN = sample("evals/lm_eval/pythia_1.4b-deduped_step63000_zero-shot.json")


def a_report(**members: object) -> dict[str, Any]:
    return {
        "results": {"arc": {"alias": "arc", "acc,none": 0.5, "acc_stderr,none": 0.05}},
        "group_subtasks": {"arc": []},
        "versions": {"arc": 1.0},
        "n-samples": {"arc": {"original": 100, "effective": 100}},
        "config": {"model": "hf", "model_args": "pretrained=org/m,revision=r1", "limit": None},
        "date": 1700000000.7,
        "lm_eval_version": "0.4.9",
        **members,
    }


def read(**members: object) -> EvaluationReport:
    return READER.parse((document("results.json", a_report(**members)),))


def test_the_numbers_of_a_run_are_those_of_its_file() -> None:
    report = READER.parse((OWN_RUN,))

    accuracy = one(report, "/results/tiny_mc_a/acc,none")
    assert (accuracy.value, accuracy.n, accuracy.successes) == (0.3, 60, 18)
    assert accuracy.uncertainty is not None
    assert accuracy.uncertainty.stderr == 0.05966005392134928
    assert (accuracy.dataset.id, accuracy.dataset.split, accuracy.dataset.revision) == (
        "tiny_mc_a",
        "test",
        "1.0",
    )
    assert accuracy.metric.params == {"filter": "none", "shots": "0"}
    assert (report.tool_version, report.run.finished_at) == ("0.4.13", 1795544773)
    assert (report.run.status, report.run.samples_scored) == (RunStatus.COMPLETE, 180)
    assert report.subject.name is None


def test_each_filter_is_a_result_of_its_own() -> None:
    report = READER.parse((OWN_RUN,))

    filters = [
        row.metric.params["filter"] for row in report.results if row.dataset.id == "tiny_gen_a"
    ]
    assert filters == ["strict-match", "flexible-extract"]
    assert "DUPLICATE_RESULT" not in codes(report)


def test_nothing_right_of_sixty_is_bounded_by_wilson() -> None:
    row = one(READER.parse((OWN_RUN,)), "/results/tiny_gen_a/exact_match,strict-match")

    assert row.uncertainty is not None
    assert row.uncertainty.method == "wilson"
    assert row.uncertainty.ci_high == pytest.approx(0.0602, abs=5e-5)


def test_an_error_that_is_not_available_is_none() -> None:
    report = READER.parse((OWN_RUN,))

    row = one(report, "/results/tiny_ppl_a/word_perplexity,none")
    assert (row.value, row.uncertainty) == (1.6409542647927544, None)
    assert row.metric.direction is Direction.LOWER
    assert "STDERR_MISSING" in codes(report)


def test_a_group_is_flagged_and_counted_once() -> None:
    report = READER.parse((OWN_RUN,))

    rows = [row for row in report.results if row.dataset.id == "tiny_group_a"]
    assert [(row.is_aggregate, row.n) for row in rows] == [(True, 60)]


def test_a_group_that_stands_only_among_groups_is_read() -> None:
    report = read(groups={"all": {"acc,none": 0.4, "acc_stderr,none": 0.02}})

    assert one(report, "/groups/all/acc,none").is_aggregate


def test_the_old_format_tells_less_and_says_so() -> None:
    report = READER.parse((OLD_RUN,))

    piqa = one(report, "/results/piqa/acc")
    assert (piqa.value, piqa.n) == (0.7067464635473341, None)
    assert piqa.metric.params == {"shots": "0"}
    assert (report.subject.name, report.subject.revision) == (
        "EleutherAI/pythia-v1.1-1.4b-deduped",
        "step63000",
    )
    assert (report.tool_version, report.run.finished_at) == (None, None)
    assert report.run.status is RunStatus.UNKNOWN
    assert codes(report) == {"VERSION_UNKNOWN", "TIME_UNKNOWN", "N_MISSING"}


def test_a_whole_run_has_nothing_to_flag() -> None:
    report = read()

    assert codes(report) == set()
    assert report.run.status is RunStatus.COMPLETE
    assert report.run.finished_at == 1700000000
    assert (report.subject.name, report.subject.revision) == ("org/m", "r1")


@pytest.mark.parametrize(
    "members",
    [
        {"config": {"model": "hf", "limit": 31.0}},
        {"n-samples": {"arc": {"original": 100, "effective": 31}}},
    ],
)
def test_a_limited_run_is_partial(members: dict[str, object]) -> None:
    report = read(**members)

    assert report.run.status is RunStatus.PARTIAL
    assert "LIMIT_USED" in codes(report)


def test_arguments_may_be_an_object_and_a_commit_is_the_revision() -> None:
    config = {
        "model": "hf",
        "limit": None,
        "model_args": {"pretrained": "org/m", "revision": "main"},
        "model_sha": "4f3c",
    }

    report = read(config=config, model_name="org/m-named", model_source="hf")

    assert (report.subject.name, report.subject.revision) == ("org/m-named", "4f3c")


def test_a_value_that_is_nan_is_a_fact() -> None:
    results = {"arc": {"acc,none": float("nan"), "acc_stderr,none": float("nan")}}

    report = read(results=results)

    row = one(report, "/results/arc/acc,none")
    assert (row.status, row.value, row.value_native) == (ResultStatus.NOT_FINITE, None, "NaN")
    assert codes(report) == {"NAN_VALUE", "STDERR_MISSING"}


def test_samples_may_stand_beside_the_results() -> None:
    files = (OWN_RUN, document("samples_tiny_mc_a.jsonl", "{}\n"))

    assert READER.sniff(files)
    assert len(READER.parse(files).results) == 7


@pytest.mark.parametrize(
    "files",
    [
        (),
        (OWN_RUN, OLD_RUN),
        (document("samples.jsonl", "{}\n"),),
        (document("r.json", {"results": {}, "config_general": {}, "versions": {}}),),
        (document("r.json", {**a_report(), "results": []}),),
        (document("r.json", [a_report()]),),
        (document("r.json", "{"),),
    ],
)
def test_what_is_not_of_the_harness_is_refused(files: tuple[Document, ...]) -> None:
    assert not READER.sniff(files)
    with pytest.raises(UnreadableEvidenceError):
        READER.parse(files)


def test_a_run_without_any_metric_is_refused() -> None:
    with pytest.raises(UnreadableEvidenceError, match="no result"):
        read(results={"arc": {"alias": "arc"}})


def test_an_early_file_of_perplexities_has_no_errors_to_tell_it() -> None:
    early = {"results": {"pile": {"word_perplexity": 12.5}}, "versions": {"pile": 0}}

    assert LMEvalReader().sniff((document("pile.json", early),))
    assert not LMEvalReader().sniff(
        (document("pile.json", {**early, "results": {"pile": {"acc": 0.5}}}),)
    )
