"""The bundle is whole: formatted, strict, typed, catalogued, and every check is named."""

from __future__ import annotations

import json
import subprocess

import jsonschema
import pytest
import yaml

from app.cli.policy import lint
from tests.policy.cases import cases
from tests.policy.inputs import an_input, edited
from tests.policy.opa import OPA, POLICIES, ROOT, Policies
from tools import catalogue, reason_pages

pytestmark = pytest.mark.needs_opa
TREE = ("--format=json", "--json-include=locations")
CHECKS = sorted(path.name for path in (POLICIES / "gate" / "checks").iterdir())


def _opa(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the pinned opa on our own files
        [OPA, *arguments], capture_output=True, text=True, check=False, cwd=ROOT
    )


def test_the_policies_are_formatted() -> None:
    assert _opa("fmt", "--list", "policies").stdout == ""


def test_the_policies_pass_the_strict_check_against_the_schemas() -> None:
    checked = _opa("check", "--strict", "--schema", "schemas", "policies")

    assert checked.returncode == 0, checked.stderr


def test_the_policies_do_nothing_that_our_lint_forbids() -> None:
    wrong = [
        complaint
        for file in POLICIES.rglob("*.rego")
        if not file.name.endswith("_test.rego")
        for complaint in lint.complaints(
            file.name,
            json.loads(
                _opa("parse", "--format=json", "--json-include=locations", str(file)).stdout
            ),
        )
    ]

    assert wrong == []


def test_the_tests_of_the_policies_pass_and_cover_every_rule() -> None:
    tested = _opa("test", "--coverage", "--threshold", "100", "policies")

    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_the_committed_catalogue_is_what_the_annotations_say() -> None:
    assert catalogue.CATALOGUE.read_text(encoding="utf-8") == catalogue.generate()


def test_the_committed_pages_are_what_the_rules_and_cases_say() -> None:
    committed = {
        path.name: path.read_text(encoding="utf-8") for path in reason_pages.PAGES.glob("*.md")
    }

    assert committed == reason_pages.generate()


def test_every_code_has_its_cases_and_every_case_its_code() -> None:
    assert {case.code for case in cases()} == set(catalogue.annotated())


def test_the_cases_pend_exactly_where_the_catalogue_does() -> None:
    entries = yaml.safe_load(catalogue.CATALOGUE.read_text(encoding="utf-8"))

    pending = {code for code, entry in entries.items() if entry["pending"]}
    assert {case.code for case in cases() if case.is_pending} == pending


def test_every_check_is_named_by_a_profile_and_every_name_is_a_check() -> None:
    profiles = yaml.safe_load((POLICIES / "gate" / "profiles" / "data.yaml").read_text("utf-8"))

    named = {
        check for tiers in profiles.values() for tier in tiers.values() for check in tier["checks"]
    }
    assert sorted(named) == CHECKS


def test_no_file_of_rules_is_longer_than_120_lines() -> None:
    lengths = {path: path.read_text("utf-8").count("\n") for path in POLICIES.rglob("*.rego")}

    assert {path.name: lines for path, lines in lengths.items() if lines > 120} == {}


def test_verdicts_fit_their_schema(policies: Policies) -> None:
    schema = json.loads((ROOT / "schemas" / "verdict.json").read_text("utf-8"))
    documents = [an_input(), *(edited(an_input(), case.broken) for case in cases())]

    for verdict in policies.verdicts(documents):
        jsonschema.validate(verdict, schema)


def test_inputs_of_the_cases_fit_the_schema_of_the_policy_input() -> None:
    schema = json.loads((ROOT / "schemas" / "policy_input.json").read_text("utf-8"))

    jsonschema.validate(an_input(), schema)


def test_the_shipped_policies_trust_nobody(policies: Policies) -> None:
    (verdict,) = policies.evaluated([{"input": an_input(), "data": {}}])

    assert verdict["outcome"] == "deny"
    assert [reason["code"] for reason in verdict["reasons"]] == ["signatures.signer_untrusted"]


def test_an_empty_input_is_denied(policies: Policies) -> None:
    assert policies.verdict({})["outcome"] == "deny"


def test_without_its_catalogue_a_denial_stays_a_denial(policies: Policies) -> None:
    broken = edited(an_input(), {"/release/change_note/chars": 0})

    verdict = policies.verdict(broken, {"catalogue": {}})

    assert verdict["outcome"] == "deny"
    assert verdict["reasons"][0]["who"] == "policy_author"
    assert not verdict["reasons"][0]["is_pending"]
