from __future__ import annotations

from typing import Any

import pytest

from app.adapters.evaluations.tables.grouped.fairlearn import FairlearnReader
from app.adapters.evaluations.tables.grouped.flat_metrics import FlatMetricsReader
from app.cli.evidence.piece import READERS
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import EvaluationReport, RunStatus, SliceRole
from app.domain.release import Document
from tests.evidence import codes, document

METRICS = {"acc": {"metric": "accuracy", "unit": "fraction", "n": "count"}}
MAPPING = {
    "schema": "countersign.dev/evidence-mapping/v1",
    "format": "fairlearn",
    "dataset": {"id": "acme/mail", "split": "test"},
    "slices": ["sex"],
    "metrics": METRICS,
}
RECORDS = [{"sex": "f", "acc": 0.8, "count": 50}, {"sex": "m", "acc": 0.9, "count": 100}]
COLUMNS = {"acc": {"f": 0.8, "m": 0.9}, "count": {"f": 50, "m": 100}}
INDEX = {"f": {"acc": 0.8, "count": 50}, "m": {"acc": 0.9, "count": 100}}
FLAT = {"val": {"acc": 91.5, "n": 200}, "loss": 0.3, "acc_f": 0.8}
FLAT_MAPPING = {
    "schema": MAPPING["schema"],
    "format": "flat_metrics",
    "dataset": {"id": "acme/mail"},
    "metrics": {
        "/val/acc": {"metric": "accuracy", "unit": "percent", "n": "/val/n"},
        "acc_f": {"metric": "accuracy", "unit": "fraction", "n": 80, "slice": {"sex": "f"}},
    },
}


def files(table: object, mapping: dict[str, Any]) -> tuple[Document, Document]:
    return document("table.json", table), document("map.json", mapping)


def fairlearn(table: object, **changes: Any) -> EvaluationReport:
    return FairlearnReader().parse(files(table, {**MAPPING, **changes}))


def flat(**changes: Any) -> EvaluationReport:
    return FlatMetricsReader().parse(files(FLAT, {**FLAT_MAPPING, **changes}))


@pytest.mark.parametrize(
    ("table", "orient"), [(RECORDS, "records"), (COLUMNS, "columns"), (INDEX, "index")]
)
def test_every_layout_of_a_table_reads_alike(table: object, orient: str) -> None:
    rows = fairlearn(table, orient=orient).results

    assert [(r.slice["sex"], r.metric.id, r.value, r.n) for r in rows] == [
        ("f", "accuracy", 0.8, 50),
        ("m", "accuracy", 0.9, 100),
    ]
    assert {r.slice_role for r in rows} == {SliceRole.GROUP}
    assert {(r.dataset.id, r.dataset.split) for r in rows} == {("acme/mail", "test")}


def test_two_attributes_make_groups_of_both() -> None:
    table = {"acc": {"('f', 'old')": 0.8}}

    (row,) = fairlearn(table, orient="columns", slices=["sex", "age"]).results

    assert row.slice == {"sex": "f", "age": "old"}


def test_percent_is_what_the_mapping_says() -> None:
    (row, _) = flat().results

    assert (row.value, row.n, row.at) == (0.915, 200, "/val/acc")


def test_a_number_of_a_group_is_told_as_such() -> None:
    (_, row) = flat().results

    assert (row.slice, row.slice_role, row.n) == ({"sex": "f"}, SliceRole.GROUP, 80)


def test_what_the_mapping_leaves_out_is_flagged() -> None:
    assert "METRIC_UNMAPPED" in codes(flat())
    assert "METRIC_UNMAPPED" not in codes(fairlearn(RECORDS))


def test_what_the_table_does_not_hold_has_no_value() -> None:
    gone = {"/gone": {"metric": "accuracy", "unit": "fraction"}}

    (row,) = flat(metrics=gone).results

    assert (row.value, row.status.value) == (None, "missing")


def test_a_run_is_what_is_declared_of_it() -> None:
    declared = {"finished_at": "2026-11-24T12:00:00Z", "is_complete": True}

    assert fairlearn(RECORDS, run=declared).run.status is RunStatus.COMPLETE
    assert fairlearn(RECORDS, run=declared).run.finished_at == 1795521600
    assert fairlearn(RECORDS).run.status is RunStatus.UNKNOWN


@pytest.mark.parametrize(
    ("mapping", "label"), [(MAPPING, ["fairlearn"]), (FLAT_MAPPING, ["flat_metrics"])]
)
def test_the_mapping_tells_the_format(mapping: dict[str, Any], label: list[str]) -> None:
    given = files(RECORDS if mapping is MAPPING else FLAT, mapping)

    assert [reader.format for reader in READERS if reader.sniff(given)] == label


def test_a_mapping_alone_is_no_report() -> None:
    given = (document("map.json", MAPPING),)

    assert [reader.format for reader in READERS if reader.sniff(given)] == []


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"metrics": {}}, "/metrics"),
        ({"metrics": {"acc": {"metric": "accuracy"}}}, "/metrics/acc"),
        ({"orient": "sideways"}, "/orient"),
        ({"note": "x"}, "/"),
    ],
)
def test_a_mapping_that_does_not_fit_is_told_where(changes: dict[str, Any], where: str) -> None:
    with pytest.raises(UnreadableEvidenceError, match=f"does not fit at {where}"):
        fairlearn(RECORDS, **changes)


@pytest.mark.parametrize(
    ("table", "changes"),
    [
        (RECORDS, {"orient": "columns"}),
        ({"acc": {"acc": 0.8}}, {}),
        ([{"acc": 0.8}], {}),
        ({"acc": {"f": 0.8}}, {"orient": "columns", "slices": ["sex", "age"]}),
    ],
)
def test_a_table_that_is_not_as_the_mapping_says_is_refused(
    table: object, changes: dict[str, Any]
) -> None:
    with pytest.raises(UnreadableEvidenceError):
        fairlearn(table, **changes)


def test_a_mapping_without_slices_tells_no_groups() -> None:
    without = {key: value for key, value in MAPPING.items() if key != "slices"}

    with pytest.raises(UnreadableEvidenceError, match="slices"):
        FairlearnReader().parse(files(RECORDS, without))
