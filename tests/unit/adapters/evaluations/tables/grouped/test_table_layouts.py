from __future__ import annotations

from typing import Any

import pytest

from app.adapters.evaluations.tables.grouped.fairlearn import FairlearnReader
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import EvaluationReport, SliceRole
from app.domain.release import Document
from tests.evidence import document

METRICS = {"acc": {"metric": "accuracy", "unit": "fraction", "n": "n"}}
MAPPING = {
    "schema": "countersign.dev/evidence-mapping/v1",
    "format": "fairlearn",
    "dataset": {"id": "mail"},
    "slices": ["sex", "age"],
    "metrics": METRICS,
}
FIELDS = [{"name": name} for name in ("sex", "age", "acc", "n")]
CSV = "sex,age,acc,n\nf,20,0.8,50\nm,30,0.9,100\n"
LAYOUTS: dict[str, object] = {
    "columns": {
        "acc": {"('f', 20)": 0.8, "('m', 30)": 0.9},
        "n": {"('f', 20)": 50, "('m', 30)": 100},
    },
    "numpy keys": {
        "('f', np.int64(20))": {"acc": 0.8, "n": 50},
        "('m', np.int64(30))": {"acc": 0.9, "n": 100},
    },
    "records": [
        {"sex": "f", "age": 20, "acc": 0.8, "n": 50},
        {"sex": "m", "age": 30, "acc": 0.9, "n": 100},
    ],
    "split": {
        "columns": ["acc", "n"],
        "index": [["f", 20], ["m", 30]],
        "data": [[0.8, 50], [0.9, 100]],
    },
    "split with a plain index": {
        "columns": ["sex", "age", "acc", "n"],
        "index": [0, 1],
        "data": [["f", 20, 0.8, 50], ["m", 30, 0.9, 100]],
    },
    "table": {
        "schema": {"fields": FIELDS},
        "data": [
            {"sex": "f", "age": 20, "acc": 0.8, "n": 50},
            {"sex": "m", "age": 30, "acc": 0.9, "n": 100},
        ],
    },
    "lists": {"sex": ["f", "m"], "age": [20, 30], "acc": [0.8, 0.9], "n": [50, 100]},
    "numbered columns": {
        "sex": {"0": "f", "1": "m"},
        "age": {"0": 20, "1": 30},
        "acc": {"0": 0.8, "1": 0.9},
        "n": {"0": 50, "1": 100},
    },
    "csv": CSV.encode(),
    "csv with row numbers": b",sex,age,acc,n\n0,f,20,0.8,50\n1,m,30,0.9,100\n",
}
ONE = {"slices": ["sex"]}
SUMMARY = {
    "overall": {"acc": 0.85, "n": 150},
    "by_group": {"f": {"acc": 0.8, "n": 50}, "m": {"acc": 0.9, "n": 100}},
    "difference": {"acc": 0.1},
    "ratio": {"acc": 0.89},
}


def read(table: object, **changes: Any) -> EvaluationReport:
    content = document("table.json", table) if not isinstance(table, bytes) else table
    name = "table.csv" if isinstance(table, bytes) else "table.json"
    file = document(name, content) if isinstance(content, bytes) else content
    beside: Document = document("map.json", {**MAPPING, **changes})
    return FairlearnReader().parse((file, beside))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_tells_its_groups_itself(layout: str) -> None:
    rows = read(LAYOUTS[layout]).results

    assert [(r.slice, r.value, r.n) for r in rows] == [
        ({"sex": "f", "age": "20"}, 0.8, 50),
        ({"sex": "m", "age": "30"}, 0.9, 100),
    ]


def test_a_transposed_csv_table_is_told_by_the_mapping() -> None:
    table = b",f,m\nacc,0.8,0.9\nn,50,100\n"

    rows = read(table, slices=["sex"], orient="columns").results

    assert [(r.slice["sex"], r.value, r.n) for r in rows] == [("f", 0.8, 50), ("m", 0.9, 100)]


def test_a_series_is_the_one_metric() -> None:
    rows = read({"f": 0.8, "m": 0.9}, slices=["sex"]).results

    assert [(r.slice["sex"], r.value, r.at) for r in rows] == [("f", 0.8, "/f"), ("m", 0.9, "/m")]


def test_of_two_metrics_a_series_cannot_be_either() -> None:
    two = {**METRICS, "rec": {"metric": "recall", "unit": "fraction"}}

    with pytest.raises(UnreadableEvidenceError, match="orient"):
        read({"f": 0.8, "m": 0.9}, slices=["sex"], metrics=two)


def test_groups_are_compared_within_one_level_of_a_control_feature() -> None:
    table = {"acc": {"('eu', 'f')": 0.8, "('us', 'f')": 0.9}}

    rows = read(table, slices=["sex"], controls=["region"]).results

    assert [(r.slice, r.metric.params) for r in rows] == [
        ({"sex": "f"}, {"region": "eu"}),
        ({"sex": "f"}, {"region": "us"}),
    ]


def test_a_summary_tells_the_whole_its_groups_and_how_far_they_lie_apart() -> None:
    rows = read(SUMMARY, **ONE).results

    assert [(r.metric.id, r.value, r.n, r.slice_role, r.at) for r in rows] == [
        ("accuracy", 0.85, 150, SliceRole.OVERALL, "/overall/acc"),
        ("accuracy", 0.8, 50, SliceRole.GROUP, "/by_group/f/acc"),
        ("accuracy", 0.9, 100, SliceRole.GROUP, "/by_group/m/acc"),
        ("accuracy_difference", 0.1, None, SliceRole.OVERALL, "/difference/acc"),
        ("accuracy_ratio", 0.89, None, SliceRole.OVERALL, "/ratio/acc"),
    ]
    assert [r.is_aggregate for r in rows] == [False, False, False, True, True]


def test_the_whole_by_control_feature_is_told_by_it() -> None:
    by_control = {
        **SUMMARY,
        "overall": {"acc": {"eu": 0.8}},
        "by_group": {"acc": {"('eu', 'f')": 0.8}},
    }

    whole, _, *_ = read(by_control, slices=["sex"], controls=["region"]).results

    assert (whole.slice, whole.metric.params, whole.at) == ({}, {"region": "eu"}, "/overall/acc/eu")


def test_a_metric_that_stands_nowhere_has_no_value() -> None:
    two = {**METRICS, "rec": {"metric": "recall", "unit": "fraction"}}

    *_, lost = read(LAYOUTS["records"], metrics=two).results

    assert (lost.metric.id, lost.status.value) == ("recall", "missing")


@pytest.mark.parametrize(
    "table",
    [
        {"columns": ["acc"], "index": [["f", 20]], "data": []},
        {"columns": ["acc"], "index": [["f", 20]], "data": [[0.8, 1]]},
        {"acc": {"f": 0.8}},
        {"acc": {"('f', 20, 1)": 0.8}},
        {"acc": {"(((": 0.8}},
        {"acc": [0.8], "sex": ["f", "m"]},
        b"sex,age,acc,acc\nf,20,0.8,0.9\n",
        b"sex,age,acc\nf,20\n",
        b"\xff\xfe",
        b"",
    ],
)
def test_a_torn_table_is_refused(table: object) -> None:
    with pytest.raises(UnreadableEvidenceError):
        read(table)


def test_without_a_mapping_a_column_of_numbers_is_not_taken_for_a_metric() -> None:
    bands = [{"sex": "f", "age": 20, "accuracy": 0.8}, {"sex": "f", "age": 30, "accuracy": 0.9}]

    with pytest.raises(UnreadableEvidenceError, match="map its names"):
        FairlearnReader().parse((document("table.json", bands),))
