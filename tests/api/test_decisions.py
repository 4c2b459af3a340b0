from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import pytest
from jsonschema import Draft202012Validator

from app.api import contracts
from app.domain.caller import Role
from app.domain.entry import Kind
from app.domain.errors import StoreError
from app.domain.log import note, receipt, trust
from tests.api.conftest import Gate, a_document
from tests.worlds import World, a_world, allow, wants_a_data_scientist


def test_a_submission_is_answered_by_a_decision(gate: Gate) -> None:
    answer = gate.submit()

    assert answer.status_code == 200
    assert answer.get_json()["outcome"] == "allow"
    contracts.check("decision", answer.get_json())


def test_a_denial_is_a_normal_answer(serve: Callable[[World], Gate]) -> None:
    answer = serve(a_world(wants_a_data_scientist)).submit()

    assert (answer.status_code, answer.get_json()["outcome"]) == (200, "pending")


def test_a_decision_is_read_back_byte_for_byte(gate: Gate) -> None:
    answer = gate.submit()

    read = gate.ask("GET", f"/v1/decisions/{answer.get_json()['decision_id']}", Role.AUDITOR)

    assert read.data == answer.data


def test_the_policy_input_is_read_back_by_its_digest(gate: Gate) -> None:
    sha256 = gate.submit().get_json()["input_sha256"]

    read = gate.ask("GET", f"/v1/blobs/{sha256}", Role.AUDITOR)

    Draft202012Validator(contracts.schema("policy_input")).validate(read.get_json(force=True))
    assert read.headers["Content-Disposition"].startswith("attachment")


def test_a_mapping_is_read_with_the_table_that_it_is_of(gate: Gate) -> None:
    described = {"metric": "accuracy", "unit": "fraction", "n": 80}
    mapping = {
        "schema": "countersign.dev/evidence-mapping/v1",
        "format": "flat_metrics",
        "dataset": {"id": "acme/mail"},
        "metrics": {"acc": described},
    }
    table = {"name": "flat.json", "text": '{"acc": 0.9}'}
    mapped = {"files": [table], "mapping": {"name": "map.json", "text": json.dumps(mapping)}}

    decided = gate.submit(evaluations=[mapped, {"files": [table]}]).get_json()

    sha256 = decided["input_sha256"]

    told = gate.ask("GET", f"/v1/blobs/{sha256}", Role.AUDITOR).get_json(force=True)
    reports = told["evaluations"]["reports"]
    assert [report["status"] for report in reports] == ["read", "unknown_format"]
    assert reports[0]["results"][0]["dataset"] == "acme/mail"


def test_a_decision_that_was_never_made_is_not_found(gate: Gate) -> None:
    answer = gate.ask("GET", "/v1/decisions/nothing")

    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


def test_pages_run_from_the_newest_to_the_oldest(gate: Gate) -> None:
    made = [gate.submit().get_json()["decision_id"] for _ in range(5)]
    read: list[str] = []
    path = "/v1/decisions?limit=2"
    while path:
        page = gate.ask("GET", path).get_json()
        contracts.check("decision_page", page)
        read += [decision["decision_id"] for decision in page["decisions"]]
        cursor = page["next_cursor"]
        path = f"/v1/decisions?limit=2&cursor={cursor}" if cursor else ""

    assert read == made[::-1]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "limit=-1", "cursor=zzz", "cursor=%00", "page=2"]
)
def test_a_page_that_cannot_be_asked_for_is_refused(gate: Gate, query: str) -> None:
    answer = gate.ask("GET", f"/v1/decisions?{query}")

    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid_submission")


def test_a_rehearsal_says_the_same_and_records_nothing(gate: Gate) -> None:
    answer = gate.ask("POST", "/v1/rehearsals", json=a_document())

    contracts.check("decision", answer.get_json())
    assert answer.get_json()["is_rehearsal"]
    assert gate.ask("GET", "/v1/decisions").get_json()["decisions"] == []


def test_a_rehearsal_is_as_of_the_time_that_is_asked_for(serve: Callable[[World], Gate]) -> None:
    asked: list[str] = []

    def policy(document: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(document["calendar"]["utc"])
        return allow(document)

    gate = serve(a_world(policy))
    for query in ("?at=2027-01-02T03:04:05Z", "?at=2027-01-02", ""):
        gate.ask("POST", f"/v1/rehearsals{query}", json=a_document())

    assert asked == ["2027-01-02T03:04:05Z", "2027-01-02T00:00:00Z", "2026-11-24T12:00:00Z"]


@pytest.mark.parametrize("query", ["at=tomorrow", "at=", "now=2027-01-02"])
def test_a_time_that_cannot_be_read_is_refused(gate: Gate, query: str) -> None:
    answer = gate.ask("POST", f"/v1/rehearsals?{query}", json=a_document())

    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid_submission")


def test_the_same_idempotency_key_gives_the_same_decision(gate: Gate) -> None:
    headers = {"Idempotency-Key": "k-1"}
    first = gate.ask("POST", "/v1/decisions", json=a_document(), headers=headers)

    second = gate.ask("POST", "/v1/decisions", json=a_document(), headers=headers)

    assert second.data == first.data


PREFERRED = {"Prefer": "receipt", "Idempotency-Key": "k-2"}


def test_a_decision_is_answered_with_its_receipt_where_that_is_preferred(gate: Gate) -> None:
    answer = gate.ask("POST", "/v1/decisions", json=a_document(), headers=PREFERRED)

    proof, entry = receipt.detached(answer.data)
    receipt.verify(proof, entry, trust.of_key(note.parse_key(gate.world.ports.log.key)))
    assert entry == gate.ask("GET", f"/v1/decisions/{answer.get_json()['decision_id']}").data
    assert answer.headers["Preference-Applied"] == "receipt"
    contracts.check("decision", answer.get_json())


def test_a_decision_is_answered_without_a_receipt_where_none_is_preferred(gate: Gate) -> None:
    answer = gate.ask("POST", "/v1/decisions", json=a_document(), headers={"Prefer": "wait=1"})

    assert "receipt" not in answer.get_json()
    assert "Preference-Applied" not in answer.headers


def test_a_decision_whose_receipt_cannot_be_made_is_answered_all_the_same(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def frozen(_seq: int) -> NoReturn:
        raise StoreError("the log is frozen")

    monkeypatch.setattr(gate.world.ports.log, "receipt", frozen)

    answer = gate.ask("POST", "/v1/decisions", json=a_document(), headers=PREFERRED)
    assert (answer.status_code, answer.get_json()["outcome"]) == (200, "allow")
    assert "receipt" not in answer.get_json()
    assert "Preference-Applied" not in answer.headers


def test_an_idempotency_key_is_bound_to_the_request(gate: Gate) -> None:
    headers = {"Idempotency-Key": "k-1"}
    gate.ask("POST", "/v1/decisions", json=a_document(), headers=headers)

    other = gate.ask("POST", "/v1/decisions", json=a_document(stage="staging"), headers=headers)

    assert (other.status_code, other.get_json()["code"]) == (422, "idempotency_conflict")


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_a_key_that_is_no_key_is_refused(gate: Gate, key: str) -> None:
    headers = {"Idempotency-Key": key}

    answer = gate.ask("POST", "/v1/decisions", json=a_document(), headers=headers)

    assert answer.status_code == 422


def test_an_engine_that_is_gone_is_a_503_and_recorded(gate: Gate) -> None:
    gate.world.engine.stop()

    answer = gate.submit()

    assert (answer.status_code, answer.get_json()["code"]) == (503, "policy_engine_unavailable")
    assert answer.headers["Retry-After"]
    page = gate.world.ports.log.page(Kind.COULD_NOT_DECIDE, before=None, limit=9)
    assert len(page.entries) == 1


def test_a_store_that_cannot_be_written_is_a_503(gate: Gate) -> None:
    gate.world.stores.close()

    answer = gate.submit()

    assert (answer.status_code, answer.get_json()["code"]) == (503, "store_unavailable")


def test_references_and_clusters_are_recorded_without_credentials(gate: Gate) -> None:
    answer = gate.submit(references=["https://ann:word@host/m"], clusters=["eu-1"]).get_json()

    contracts.check("decision", answer)
    assert answer["release"]["references"] == [{"uri": "https://host/m", "is_file": False}]
    assert answer["release"]["clusters"] == ["eu-1"]


def test_a_reference_that_is_none_is_refused_where_it_stands(gate: Gate) -> None:
    answer = gate.submit(references=["s3://bucket/m", "a b"])

    assert (answer.status_code, answer.get_json()["pointer"]) == (422, "/references/1")
