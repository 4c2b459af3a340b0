from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.adapters.signatures import trusted_roots
from app.adapters.signatures.authentication import authenticate
from app.cli import main
from app.domain.caller import Role
from tests.api.conftest import WEIGHTS, Gate
from tests.fakes.attestor import FakeAttestor
from tests.signing import NOW
from tests.worlds import World, a_world, wants_a_data_scientist


def a_path(gate: Gate) -> str:
    return f"/v1/decisions/{gate.submit().get_json()['decision_id']}/attestation"


def statement_of(bundle: bytes) -> dict[str, Any]:
    payload = json.loads(bundle)["dsseEnvelope"]["payload"]
    statement: dict[str, Any] = json.loads(base64.b64decode(payload))
    return statement


def test_an_allow_is_attested_with_the_key_that_the_gate_gives(gate: Gate) -> None:
    answer = gate.ask("GET", a_path(gate), Role.AUDITOR)
    key = gate.ask("GET", "/v1/attestation-key", Role.AUDITOR).data

    assert answer.status_code == 200
    assert answer.mimetype == "application/vnd.dev.sigstore.bundle.v0.3+json"
    domain = trusted_roots.read("gate", key, source="test")
    assert authenticate(answer.data, None, [domain], NOW).signer.identity_type == "key"


def test_the_statement_is_about_the_files_that_were_submitted(gate: Gate) -> None:
    statement = statement_of(gate.ask("GET", a_path(gate)).data)

    assert statement["predicateType"] == "https://slsa.dev/verification_summary/v1"
    assert {"name": WEIGHTS["path"], "digest": {"sha256": WEIGHTS["sha256"]}} in statement[
        "subject"
    ]


def test_a_release_that_is_not_allowed_is_attested_as_that(
    serve: Callable[[World], Gate],
) -> None:
    gate = serve(a_world(wants_a_data_scientist))

    statement = statement_of(gate.ask("GET", a_path(gate)).data)

    assert statement["predicateType"] == "https://countersign.dev/attestations/not-allowed/v1"
    assert statement["predicate"]["outcome"] == "pending"


def test_an_allow_can_be_had_as_a_simple_result(gate: Gate) -> None:
    statement = statement_of(gate.ask("GET", f"{a_path(gate)}?predicate=svr").data)

    assert statement["predicateType"] == "https://in-toto.io/attestation/svr/v0.2"


def test_what_was_not_allowed_has_no_simple_result(serve: Callable[[World], Gate]) -> None:
    gate = serve(a_world(wants_a_data_scientist))

    answer = gate.ask("GET", f"{a_path(gate)}?predicate=svr")

    assert answer.status_code == 422
    assert "only a release that was allowed" in answer.get_json()["detail"]


@pytest.mark.parametrize("query", ["predicate=slsa", "predicate=", "skip=1"])
def test_a_predicate_that_there_is_not_is_refused(gate: Gate, query: str) -> None:
    assert gate.ask("GET", f"{a_path(gate)}?{query}").status_code == 422


def test_a_decision_that_there_is_not_has_no_attestation(gate: Gate) -> None:
    assert gate.ask("GET", "/v1/decisions/x/attestation").status_code == 404


def test_a_key_that_cannot_sign_attests_nothing(gate: Gate) -> None:
    path = a_path(gate)
    attestor = gate.world.ports.attestor
    assert isinstance(attestor, FakeAttestor)
    attestor.is_down = True

    answer = gate.ask("GET", path)

    assert answer.status_code == 503
    assert answer.get_json()["code"] == "attestor_unavailable"


def test_what_the_documents_say_of_checking_an_attestation_works(
    gate: Gate, tmp_path: Path
) -> None:
    decision = gate.submit().get_json()
    path = f"/v1/decisions/{decision['decision_id']}/attestation"
    (tmp_path / "decision.sigstore.json").write_bytes(gate.ask("GET", path).data)
    (tmp_path / "gate.pub").write_bytes(gate.ask("GET", "/v1/attestation-key").data)
    asked = ["verify", "--bundle", f"{tmp_path}/decision.sigstore.json"]
    asked += ["--key", f"{tmp_path}/gate.pub", "--sha256"]

    good = CliRunner().invoke(main, [*asked, decision["release"]["digest"]])
    other = CliRunner().invoke(main, [*asked, "0" * 64])

    assert (good.exit_code, other.exit_code) == (0, 1)
    assert "subject_mismatch" in other.stderr
