from __future__ import annotations

from typing import Any

import pytest

from app.domain.attestations import summary
from app.domain.attestations.summary import Verifier
from app.domain.digest import Digest
from tests.builders import CONFIG, WEIGHTS

GATE = Verifier("https://gate.acme.example", "0.1.0")
BUNDLE = Digest.of(b"bundle")


def a_decision(**changes: Any) -> dict[str, Any]:
    """An allow, as it is recorded."""
    decision = {
        "decision_id": "d-1",
        "log": "countersign",
        "seq": 7,
        "at": "2026-11-24T12:00:00.000000Z",
        "outcome": "allow",
        "reasons": [],
        "release": {
            "digest": Digest.of(b"release"),
            "model": {"namespace": "acme", "name": "scorer", "version": "1.4.0"},
            "stage": "production",
            "risk_tier": "limited",
        },
        "policy": {
            "revision": f"sha256:{Digest.of(b'policy')}",
            "profile": "production/limited",
            "checks": ["model_card", "signatures"],
        },
        "engine": {"name": "opa", "version": "1.22.2"},
        "input_sha256": Digest.of(b"input"),
        "evidence": {"model_card": None, "evaluations": [], "bundles": [BUNDLE]},
    }
    return {**decision, **changes}


def summarise(**changes: Any) -> dict[str, Any]:
    statement: dict[str, Any] = summary.summary(a_decision(**changes), [WEIGHTS, CONFIG], GATE)
    return statement


def test_an_allow_is_a_verification_summary_that_passed() -> None:
    statement = summarise()

    predicate = statement["predicate"]
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://slsa.dev/verification_summary/v1"
    assert predicate["verificationResult"] == "PASSED"
    assert predicate["verifiedLevels"] == ["COUNTERSIGN_PRODUCTION"]
    assert predicate["verifier"]["id"] == "https://gate.acme.example"
    assert predicate["timeVerified"] == "2026-11-24T12:00:00.000000Z"
    assert predicate["resourceUri"] == "pkg:generic/acme/scorer@1.4.0"
    assert predicate["policy"] == {
        "uri": "https://countersign.dev/policies/production/limited",
        "digest": {"sha256": Digest.of(b"policy")},
    }
    assert predicate["inputAttestations"] == [{"digest": {"sha256": BUNDLE}}]


def test_the_subjects_are_the_release_and_each_of_its_files() -> None:
    assert summarise()["subject"] == [
        {
            "name": "pkg:generic/acme/scorer@1.4.0",
            "digest": {"sha256": Digest.of(b"release")},
        },
        {"name": WEIGHTS.path, "digest": {"sha256": WEIGHTS.sha256}},
        {"name": CONFIG.path, "digest": {"sha256": CONFIG.sha256}},
    ]


def test_the_decision_is_named_in_a_member_of_its_own() -> None:
    decision = summarise()["predicate"]["https://countersign.dev/attestations/decision/v1"]

    assert (decision["decision_id"], decision["log"], decision["seq"]) == ("d-1", "countersign", 7)
    assert decision["stage"] == "production"
    assert decision["release_digest"] == Digest.of(b"release")


@pytest.mark.parametrize("outcome", ["deny", "pending", "", "Allow", "passed"])
def test_anything_but_an_allow_has_a_type_that_nobody_takes_for_a_pass(outcome: str) -> None:
    reasons = [{"code": "signatures.none", "message": "no bundle", "at": "/", "fix": {}}]

    statement = summarise(outcome=outcome, reasons=reasons)

    predicate = statement["predicate"]
    assert statement["predicateType"] == "https://countersign.dev/attestations/not-allowed/v1"
    assert predicate["reasons"] == [{"code": "signatures.none", "message": "no bundle"}]
    assert "verificationResult" not in predicate
    assert "verifiedLevels" not in predicate


def test_no_level_is_one_of_slsa() -> None:
    release = {**a_decision()["release"], "stage": "SLSA_build/4"}

    levels = summarise(release=release)["predicate"]["verifiedLevels"]

    assert levels == ["COUNTERSIGN_SLSA_BUILD_4"]


def test_a_name_cannot_put_anything_into_the_resource() -> None:
    model = {"namespace": "ac/me", "name": "scor@er?x=1", "version": "1 \u00e9"}
    release = {**a_decision()["release"], "model": model}

    resource = summarise(release=release)["predicate"]["resourceUri"]

    assert resource == "pkg:generic/ac%2Fme/scor%40er%3Fx%3D1@1%20%C3%A9"


def test_a_revision_that_is_no_digest_is_not_given_as_one() -> None:
    policy = {**a_decision()["policy"], "revision": "main"}

    assert "digest" not in summarise(policy=policy)["predicate"]["policy"]


def test_a_simple_result_lists_the_checks_that_passed() -> None:
    statement: Any = summary.simple_result(a_decision(), [WEIGHTS], GATE)

    assert statement["predicateType"] == "https://in-toto.io/attestation/svr/v0.2"
    assert statement["predicate"]["properties"] == [
        "COUNTERSIGN_MODEL_CARD",
        "COUNTERSIGN_SIGNATURES",
    ]
    assert statement["predicate"]["verifier"]["id"] == "https://gate.acme.example"


@pytest.mark.parametrize("outcome", ["deny", "pending", ""])
def test_there_is_no_simple_result_of_anything_but_an_allow(outcome: str) -> None:
    assert summary.simple_result(a_decision(outcome=outcome), [WEIGHTS], GATE) is None
