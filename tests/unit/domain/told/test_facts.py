from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from app.domain.digest import Digest
from app.domain.evidence import (
    Binding,
    CardReading,
    EvaluationReport,
    Measurement,
    ModelCard,
    ReadingStatus,
    ReportReading,
    RunStatus,
    Unread,
)
from app.domain.facts.comparison import compare
from app.domain.precedent import Baseline, Compared
from app.domain.told import evidence, facts
from tests.measurements import a_measurement, a_metric, a_report

NOW = 1_764_000_000
SCHEMA = json.loads(
    (Path(__file__).resolve().parents[4] / "schemas" / "policy_input.json").read_text("utf-8")
)
REPORTS = SCHEMA["properties"]["evaluations"]["properties"]
CARD = ModelCard(
    format="hf_readme",
    name=None,
    version=None,
    license=None,
    owners=(),
    base_models=(),
    datasets=(),
    languages=(),
    task=None,
    library=None,
    sections={},
    reported_results=(),
    quality=(),
)
UNREAD = Unread(ReadingStatus.UNREADABLE, "torn")


def reading(
    report: EvaluationReport | Unread, binding: Binding = Binding.DECLARED
) -> ReportReading:
    return ReportReading(Digest.of(b"report"), report, binding)


def dated(finished_at: int | None) -> EvaluationReport:
    report = a_report(a_measurement())
    return dataclasses.replace(report, run=dataclasses.replace(report.run, finished_at=finished_at))


def told(report: EvaluationReport) -> dict[str, Any]:
    found = facts.of_report(reading(report), NOW)
    jsonschema.validate(
        evidence.report(reading(report)) | found | {"statements": []}, REPORTS["reports"]["items"]
    )
    return found


def group(name: str, successes: int, n: int = 600) -> Measurement:
    return a_measurement(successes / n, n=n, successes=successes, group={"language": name})


def test_the_age_of_a_report_is_told() -> None:
    assert told(dated(NOW - 60))["age_seconds"] == 60


@pytest.mark.parametrize("finished_at", [None, NOW + 1])
def test_a_report_without_a_date_or_from_the_future_has_no_age(finished_at: int | None) -> None:
    assert "age_seconds" not in told(dated(finished_at))


def test_a_gap_is_told_with_its_bounds_and_the_worst_group() -> None:
    found = told(a_report(group("en", 540), group("fi", 480)))

    (gap,) = found["gaps"]
    assert found["gaps_count"] == 1
    assert gap["worst"] == {"slice": {"language": "fi"}, "value": 0.8, "n": 600}
    assert (gap["groups"], gap["smallest_n"], gap["is_whole"]) == (2, 600, True)
    assert gap["ci_low"] < gap["difference"] < gap["ci_high"]


def test_a_gap_with_a_group_that_has_no_value_is_not_whole() -> None:
    empty = a_measurement(None, n=600, group={"language": "sv"})

    (gap,) = told(a_report(group("en", 540), group("fi", 480), empty))["gaps"]

    assert (gap["groups"], gap["is_whole"]) == (3, False)


def test_what_could_not_be_read_has_no_facts() -> None:
    assert facts.of_report(reading(UNREAD), NOW) == {}
    assert facts.contradictions(CardReading(Digest.of(b"card"), UNREAD), ()) == {}


def test_the_worst_case_of_attacks_takes_the_unscored_for_hits() -> None:
    metric = a_metric("attack_success_rate", unscored="50")

    found = facts.attack(a_measurement(0.02, n=300, successes=6, metric=metric))

    assert found is not None
    assert (found["attempts"], found["hits"], found["unscored"]) == (300, 6, 50)
    assert found["worst_case"] == pytest.approx(56 / 350)
    assert found["upper"] < found["worst_case"] < found["worst_case_upper"]


def test_another_metric_is_no_attack() -> None:
    assert facts.attack(a_measurement(0.02, n=300, successes=6)) is None


def claims(value: float) -> CardReading:
    card = dataclasses.replace(CARD, reported_results=(a_measurement(value, n=None),))
    return CardReading(Digest.of(b"card"), card)


def test_a_claim_that_a_report_does_not_bear_out_is_told_with_both_numbers() -> None:
    found = facts.contradictions(claims(0.95), [reading(a_report(a_measurement(0.8)))])

    (one,) = found["contradictions"]["found"]
    assert found["contradictions"]["count"] == 1
    assert (one["claimed"], one["measured"]) == (0.95, 0.8)


def test_a_claim_that_is_borne_out_is_none() -> None:
    found = facts.contradictions(claims(0.8), [reading(a_report(a_measurement(0.8)))])

    assert found == {"contradictions": {"count": 0, "found": []}}


def test_a_report_on_other_bytes_contradicts_nothing() -> None:
    other = reading(a_report(a_measurement(0.8)), Binding.NONE)

    assert facts.contradictions(claims(0.95), [other])["contradictions"]["count"] == 0


def comparison(mine: EvaluationReport, other: EvaluationReport) -> dict[str, Any]:
    baseline = Baseline(Digest.of(b"earlier"), "1.0.0", ())
    (one,) = compare(mine, other)
    found = facts.comparison(Compared(0, baseline, one))
    jsonschema.validate(found, REPORTS["comparisons"]["items"])
    return found


def test_a_comparison_is_told_with_its_bound_and_what_it_compares_with() -> None:
    mine, other = (a_report(a_measurement(k / 1000, n=1000, successes=k)) for k in (860, 850))

    found = comparison(mine, other)

    assert found["is_comparable"]
    assert found["baseline_version"] == "1.0.0"
    assert found["diff"] == pytest.approx(0.01)
    assert found["diff_low"] < 0.01 < found["diff_high"]
    assert (found["is_paired"], found["method"]) == (False, "newcombe")


def test_what_cannot_be_compared_is_told_with_why() -> None:
    found = comparison(
        a_report(a_measurement()), a_report(a_measurement(), status=RunStatus.PARTIAL)
    )

    assert not found["is_comparable"]
    assert "partial" in found["why"]
    assert "diff_low" not in found


def test_a_comparison_of_a_group_tells_the_group_and_how_many_attributes_it_has() -> None:
    group = {"language": "fi"}
    mine, other = (a_measurement(k / 100, n=100, successes=k, group=group) for k in (86, 85))

    found = comparison(a_report(mine), a_report(other))

    assert (found["slice"], found["slice_count"], found["slice_role"]) == (group, 1, "group")
