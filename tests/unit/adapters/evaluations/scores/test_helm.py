from __future__ import annotations

import pytest

from app.adapters.evaluations.scores.helm import HELMReader
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import RunStatus, SliceRole
from app.domain.release import Document
from tests.evidence import codes, document, one, sample

READER = HELMReader()
FOLDER = "evals/helm/hellaswag_pythia-1b"
STATS = sample(f"{FOLDER}/stats.json")
SPEC = sample(f"{FOLDER}/run_spec.json")
SCENARIO = sample(f"{FOLDER}/scenario.json")


def a_stat(name: str, mean: float, **members: object) -> dict[str, object]:
    named = {"name": name, "split": "test", **members}
    return {"name": named, "count": 1, "sum": mean, "sum_squared": mean**2, "mean": mean}


def test_a_run_folder_names_model_scenario_and_limit() -> None:
    report = READER.parse((STATS, SPEC, SCENARIO))

    row = one(report, "/16/mean")
    assert (row.metric.id, row.value, row.n) == ("exact_match", 0.3, 10)
    assert (row.dataset.id, row.dataset.split) == ("commonsense", "valid")
    assert report.subject.name == "huggingface/pythia-1b-v0"
    assert report.run.status is RunStatus.PARTIAL
    assert "LIMIT_USED" in codes(report)


def test_statistics_alone_leave_the_model_unknown() -> None:
    report = READER.parse((STATS,))

    assert report.subject.name is None
    assert {"SIDECAR_MISSING", "SUBJECT_UNKNOWN", "DATASET_MISSING"} <= codes(report)


def test_bookkeeping_is_no_result() -> None:
    names = {row.metric.native_name for row in READER.parse((STATS,)).results}

    assert "exact_match" in names
    assert not {name for name in names if name.startswith(("num_", "inference_", "training_"))}


def test_a_trial_is_no_sample() -> None:
    stats = [a_stat("exact_match", 0.5), a_stat("num_instances", 40)]

    (row,) = READER.parse((document("stats.json", stats),)).results

    assert row.n == 40
    assert row.uncertainty is not None
    assert row.uncertainty.method == "wilson"


def test_a_perturbation_is_a_slice() -> None:
    stats = [a_stat("exact_match", 0.5, perturbation={"name": "typos", "computed_on": "worst"})]

    (row,) = READER.parse((document("stats.json", stats),)).results

    assert (row.slice, row.slice_role) == ({"perturbation": "typos"}, SliceRole.PERTURBATION)
    assert row.metric.params == {"computed_on": "worst"}


@pytest.mark.parametrize(
    "files",
    [
        (),
        (SPEC,),
        (STATS, document("stats.json", [a_stat("exact_match", 0.5)])),
        (STATS, document("other.json", {})),
        (document("stats.json", []),),
        (document("stats.json", [{"name": "x", "sum_squared": 1, "count": 1}]),),
    ],
)
def test_what_is_no_run_is_refused(files: tuple[Document, ...]) -> None:
    assert not READER.sniff(files)
    with pytest.raises(UnreadableEvidenceError):
        READER.parse(files)
