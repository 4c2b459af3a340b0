from __future__ import annotations

import pytest

from app.adapters.evaluations.tables.grouped.fairlearn import FairlearnReader
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Direction, EvaluationReport, ResultStatus
from tests.evidence import codes, document, one, sample

READER = FairlearnReader()


def read(native: object) -> EvaluationReport:
    return READER.parse((document("f.json", native),))


def test_both_orientations_give_the_same_groups() -> None:
    by_columns = read({"accuracy": {"a": 0.9, "b": 0.8}, "count": {"a": 50, "b": 60}})
    by_index = read({"a": {"accuracy": 0.9, "count": 50}, "b": {"accuracy": 0.8, "count": 60}})

    for report in (by_columns, by_index):
        rows = [(dict(row.slice), row.value, row.n) for row in report.results]
        assert rows == [({"group": "a"}, 0.9, 50), ({"group": "b"}, 0.8, 60)]


@pytest.mark.parametrize(
    "native",
    [
        {"a": {"x": 0.9}, "b": {"x": 0.8}},
        {"accuracy": {"recall": 0.9}},
        {},
        [],
        [{"accuracy": 0.9}],
        ["text"],
    ],
)
def test_a_table_whose_groups_cannot_be_told_is_refused(native: object) -> None:
    with pytest.raises(UnreadableEvidenceError):
        read(native)


def test_records_may_be_intersectional() -> None:
    report = read([{"sex": "f", "age": "old", "recall": None, "count": 4}])

    (row,) = report.results
    assert (row.slice, row.status) == ({"sex": "f", "age": "old"}, ResultStatus.MISSING)


def test_bootstrap_quantiles_are_the_tools_interval() -> None:
    report = READER.parse((sample("evals/fairlearn/fairlearn_metricframe_summary_seed42.json"),))

    medium = one(report, "/by_group/medium/accuracy").uncertainty
    assert medium is not None
    assert (medium.method, medium.ci_low) == ("reported_ci", 0.9366885751379422)
    assert medium.level == pytest.approx(0.95)


def test_a_bootstrap_that_never_saw_an_error_is_not_believed() -> None:
    report = READER.parse((sample("evals/fairlearn/fairlearn_metricframe_summary_seed42.json"),))

    large = one(report, "/by_group/large/accuracy").uncertainty
    assert large is not None
    assert large.method == "wilson"
    assert large.ci_low == pytest.approx(0.9408, abs=5e-5)
    assert "INTERVAL_DEGENERATE" in codes(report)


def test_differences_are_aggregates_that_get_better_downwards() -> None:
    report = READER.parse((sample("evals/fairlearn/fairlearn_metricframe_summary_seed42.json"),))

    gap = one(report, "/difference/accuracy")
    assert (gap.metric.direction, gap.is_aggregate) == (Direction.LOWER, True)


def test_only_a_summary_is_known_without_a_hint() -> None:
    tables = "columns", "index", "records"

    assert not any(
        READER.sniff((sample(f"evals/fairlearn/fairlearn_by_group_orient_{t}_seed42.json"),))
        for t in tables
    )
