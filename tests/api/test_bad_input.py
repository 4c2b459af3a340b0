"""Bad input: a problem with a pointer, nothing recorded, and the service goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.api import contracts
from app.domain.caller import Role
from app.domain.entry import Entry, Kind
from tests.api.conftest import WEIGHTS, Gate, a_document
from tests.fakes.stores import InMemoryLog
from tests.worlds import World, a_world

GOOD = json.dumps(a_document())


def _twice(document: str) -> str:
    return document.replace('"stage"', '"stage": "staging", "stage"', 1)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("", 400, "malformed_document"),
        ("{", 400, "malformed_document"),
        ("\xff", 422, "invalid_submission"),
        (_twice(GOOD), 400, "malformed_document"),
        (GOOD.replace("7", "NaN", 1), 400, "malformed_document"),
        (GOOD.replace("7", "1e999", 1), 400, "malformed_document"),
        ("[" * 5000, 400, "malformed_document"),
        ("[]", 422, "invalid_submission"),
        ("null", 422, "invalid_submission"),
        (GOOD + " " * 200_000, 413, "too_large"),
    ],
    ids=["empty", "cut", "latin1", "twice", "nan", "1e999", "deep", "list", "null", "large"],
)
def test_a_body_that_is_no_submission_is_a_problem(
    gate: Gate, body: str, status: int, code: str
) -> None:
    content = json.dumps(body).encode() if body == "\xff" else body.encode()

    answer = gate.ask("POST", "/v1/decisions", data=content, content_type="application/json")

    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    contracts.check("problem", answer.get_json())
    assert answer.mimetype == "application/problem+json"
    assert gate.world.ports.log.page(Kind.DECISION, before=None, limit=9).entries == ()
    assert gate.submit().status_code == 200


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"stages": "x"}, ""),
        ({"stage": 1}, "/stage"),
        ({"files": []}, "/files"),
        ({"files": [{**WEIGHTS, "sha256": "AB" * 32}]}, "/files/0/sha256"),
        ({"files": [{**WEIGHTS, "sha256": "ab" * 32 + "\n"}]}, "/files/0/sha256"),
        ({"files": [{**WEIGHTS, "size": -1}]}, "/files/0/size"),
        ({"files": [{**WEIGHTS, "size": 1.5}]}, "/files/0/size"),
        ({"files": [{**WEIGHTS, "type": "symlink"}]}, "/files/0/type"),
        ({"files": [{**WEIGHTS, "path": "../x"}]}, "/files/0/path"),
        ({"files": [WEIGHTS, WEIGHTS]}, "/files/1/path"),
        ({"model": {"namespace": "a", "name": "b"}}, "/model"),
        ({"model": {"namespace": "a/b", "name": "c", "version": "1"}}, "/model/namespace"),
        ({"bundles": [{"name": "b.json"}]}, "/bundles/0"),
        ({"bundles": [{"name": "b", "text": "", "base64": ""}]}, "/bundles/0"),
        ({"bundles": [{"name": "b", "base64": "&"}]}, "/bundles/0/base64"),
        ({"bundles": [{"name": "b", "base64": "\u00e9"}]}, "/bundles/0/base64"),
        ({"bundles": [{"name": "b", "sha256": "ab" * 32}]}, "/bundles/0/sha256"),
        ({"bundles": [{"name": "b", "text": "x", "sha256": "ab" * 32}]}, "/bundles/0/sha256"),
        ({"model_card": {"files": []}}, "/model_card/files"),
        ({"rollback": {"version": "1"}}, "/rollback"),
    ],
)
def test_a_wrong_field_is_pointed_at(gate: Gate, changes: dict[str, Any], pointer: str) -> None:
    answer = gate.submit(**changes)

    assert answer.status_code == 422
    assert answer.get_json()["pointer"] == pointer
    assert gate.world.ports.log.page(Kind.DECISION, before=None, limit=9).entries == ()


def test_an_unpaired_surrogate_is_refused(gate: Gate) -> None:
    body = GOOD.replace("limited", "\\ud800").encode()

    answer = gate.ask("POST", "/v1/decisions", data=body, content_type="application/json")

    assert (answer.status_code, answer.get_json()["pointer"]) == (400, "/risk_tier")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/waivers?model=acme/scorer&model=acme/other",
        "/v1/enforcement/body?release=ab&stage=production&stage=staging",
        "/v1/lineage?base=%00",
        "/v1/decisions?li%00mit=1",
        "/v1/waivers?model=acme",
        "/v1/break-glass?model=acme/scorer:",
    ],
)
def test_a_query_that_could_be_read_in_two_ways_or_of_nothing_is_refused(
    gate: Gate, path: str
) -> None:
    answer = gate.ask("GET", path, Role.DEPLOYER)

    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid_submission")


def test_a_compressed_body_is_refused(gate: Gate) -> None:
    headers = {"Content-Encoding": "gzip"}

    answer = gate.ask("POST", "/v1/decisions", data=b"x", headers=headers)

    assert (answer.status_code, answer.get_json()["code"]) == (400, "malformed_document")


def test_an_alias_bomb_in_a_card_is_a_fact_for_policy_and_no_fault(gate: Gate) -> None:
    levels = "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{f'*{chr(97 + i)},' * 9}]\n" for i in range(9)
    )
    card = f"---\nlicense: mit\na: &a [x,x,x]\n{levels}---\n# Card\n"

    answer = gate.submit(model_card={"files": [{"name": "README.md", "text": card}]})

    assert answer.status_code == 200
    sha256 = answer.get_json()["input_sha256"]
    document = gate.ask("GET", f"/v1/blobs/{sha256}").get_json(force=True)
    assert document["model_card"]["status"] == "unreadable" or document["model_card"]["quality"]


class FaultyLog(InMemoryLog):
    """A log with a fault of ours in it."""

    def find(self, entry_id: str, kind: Kind) -> Entry | None:
        raise RuntimeError(f"secret detail of {entry_id} and {kind}")


def test_a_fault_of_ours_shows_no_traceback(serve: Callable[[World], Gate]) -> None:
    world = a_world()
    world.ports = replace(world.ports, log=FaultyLog(world.clock))

    answer = serve(world).ask("GET", "/v1/decisions/x")

    assert answer.status_code == 500
    assert answer.get_json()["code"] == "internal_error"
    assert "secret" not in answer.text
