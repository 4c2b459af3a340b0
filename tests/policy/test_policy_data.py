"""Policy data fits its schemas, and stays within what the schemas alone cannot say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from app.domain.caller import APPROVER_ROLES
from tests.policy.inputs import TIERS, TRUST
from tests.policy.opa import POLICIES, ROOT

SCHEMAS = ROOT / "schemas" / "policy_data"
DOCUMENTS = sorted(path.parent.name for path in (POLICIES / "gate").glob("*/data.yaml"))


def _shipped(name: str) -> Any:
    path = POLICIES / "gate" / name / "data.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _schema(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _validate(name: str, document: object) -> None:
    jsonschema.validate(
        document, _schema(SCHEMAS / f"{name}.json"), cls=jsonschema.Draft202012Validator
    )


def test_every_document_has_a_schema_and_every_schema_a_document() -> None:
    assert sorted(path.stem for path in SCHEMAS.glob("*.json")) == DOCUMENTS


@pytest.mark.parametrize("name", DOCUMENTS)
def test_shipped_data_fits_its_schema(name: str) -> None:
    _validate(name, _shipped(name))


def test_the_data_that_the_tests_bring_fits_too() -> None:
    _validate("trust", TRUST)
    _validate("tiers", TIERS)


def test_an_empty_profile_does_not_fit() -> None:
    with pytest.raises(jsonschema.ValidationError):
        _validate("profiles", {"production": {"high": {"checks": []}}})


def test_a_seat_of_nobody_does_not_fit() -> None:
    with pytest.raises(jsonschema.ValidationError):
        _validate("quorums", {"production": {"high": {"data_scientist": 0}}})


@pytest.mark.parametrize(
    "limits",
    [
        {"bound": "ci_high", "at_least": 0.8},
        {"bound": "ci_low", "at_most": 0.8},
        {"bound": "value", "at_least": 0.8, "at_most": 0.9},
        {"bound": "value"},
    ],
    ids=["flattering lower", "flattering upper", "two limits", "no limit"],
)
def test_a_demand_that_cannot_be_judged_does_not_fit(limits: dict[str, object]) -> None:
    thresholds = _shipped("thresholds")
    demand = {"dataset": "sciq", "metric": "accuracy", "unit": "fraction", "params": {}}
    thresholds["production"]["high"]["requirements"] = [{**demand, "min_n": 1, **limits}]

    with pytest.raises(jsonschema.ValidationError):
        _validate("thresholds", thresholds)


def test_a_signer_without_claims_does_not_fit() -> None:
    signer = {key: value for key, value in TRUST["signers"][0].items() if key != "claims"}

    with pytest.raises(jsonschema.ValidationError):
        _validate("trust", {**TRUST, "signers": [signer]})


@pytest.mark.parametrize("name", ["quorums", "thresholds", "rollbacks"])
def test_every_profile_has_its_full_documents(name: str) -> None:
    profiles, documents = _shipped("profiles"), _shipped(name)

    assert {stage: set(tiers) for stage, tiers in documents.items()} == {
        stage: set(tiers) for stage, tiers in profiles.items()
    }


def test_every_stage_has_its_licences() -> None:
    assert set(_shipped("licenses")) == set(_shipped("profiles"))


def test_seats_are_of_roles_that_approve() -> None:
    roles = {
        role for tiers in _shipped("quorums").values() for seats in tiers.values() for role in seats
    }

    assert roles <= set(APPROVER_ROLES)


def test_floors_and_tiers_of_profiles_have_a_rank() -> None:
    tiers = _shipped("tiers")
    ranked = set(tiers["rank"])

    assert {tiers["default_floor"], *tiers["floors"].values()} <= ranked
    assert {tier for stage in _shipped("profiles").values() for tier in stage} <= ranked


def test_every_reason_of_a_check_has_its_controls_and_every_control_its_framework() -> None:
    controls = _shipped("controls")
    codes = {code for code in _shipped("catalogue") if not code.startswith("gate.")}

    assert set(controls["codes"]) == codes
    named = {framework for clauses in controls["codes"].values() for framework in clauses}
    assert named == set(controls["frameworks"])


def test_every_object_of_the_schemas_is_closed_and_described() -> None:
    for path in SCHEMAS.glob("*.json"):
        for at, schema in _objects(_schema(path), path.stem):
            assert "description" in schema, at
            assert "additionalProperties" in schema, at


def _objects(schema: Any, at: str) -> list[tuple[str, dict[str, Any]]]:
    found = []
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            found.append((at, schema))
        for key, member in schema.items():
            found.extend(_objects(member, f"{at}/{key}"))
    return found
