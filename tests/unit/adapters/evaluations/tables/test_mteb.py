from __future__ import annotations

from app.adapters.evaluations.tables.mteb import MTEBReader
from tests.evidence import document, one, sample

READER = MTEBReader()
TASK = document(
    "Banking77.json",
    {
        "mteb_version": "1.2",
        "task_name": "Banking77",
        "dataset_revision": "r1",
        "scores": {"test": [{"accuracy": 0.8, "main_score": 0.8, "hf_subset": "en"}]},
    },
)


def test_the_new_form_is_read() -> None:
    report = READER.parse((TASK,))

    row = one(report, "/scores/test/0/accuracy")
    assert (row.dataset.id, row.dataset.split, row.dataset.revision) == (
        "Banking77",
        "test",
        "r1",
    )
    assert row.slice == {"subset": "en"}


def test_the_models_description_stands_beside_the_tasks() -> None:
    other = document("STS.json", {"mteb_version": "1.2", "test": {"cos_sim": {"pearson": 0.5}}})
    meta = sample("evals/mteb/model_meta.json")

    report = READER.parse((TASK, other, meta))

    assert report.subject.name == "all-MiniLM-L6-v2"
    assert report.subject.revision == "8b3219a92973c328a8e22fadcfa821b5dc75636a"
    assert one(report, "/STS.json/test/cos_sim/pearson").value == 0.5


def test_a_file_of_another_kind_spoils_the_set() -> None:
    assert not READER.sniff((TASK, document("x.json", {})))
    assert not READER.sniff((sample("evals/mteb/model_meta.json"),))


def test_scores_of_the_single_experiments_are_no_metric() -> None:
    row = {"main_score": 0.4, "v_measures": {"Level 0": [0.3, 0.5]}, "hf_subset": "default"}
    task = {"mteb_version": "1.14", "task_name": "t", "scores": {"test": [row]}}

    report = MTEBReader().parse((document("t.json", task),))

    assert [result.metric.native_name for result in report.results] == ["main_score"]
