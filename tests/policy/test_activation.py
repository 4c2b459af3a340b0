"""Policies are changed by a recorded act that the active policies' own seats agree to."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry

from app import bootstrap, shipped
from app.adapters.engines.delivery import archive, sources
from app.domain.caller import EVERYWHERE, Role
from app.domain.entry import Kind
from app.factory import build
from app.gate.issue_token import TokenRequest, issue_token
from app.ports import Ports
from app.settings import Settings
from tests.api.conftest import a_document

PRIVATE = ec.generate_private_key(ec.SECP256R1()).private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption(),
)
LATER = datetime(2100, 1, 1, tzinfo=UTC)
SEATS = "gate/activation/data.yaml"
MONITORING = "gate/monitoring/data.yaml"
FILES = archive.read_members(sources.pack(shipped.folder("policies")))


def packed(**changes: bytes | None) -> str:
    """The shipped policies with files changed, or left out for None."""
    files = {**FILES, **changes}
    kept = {name: content for name, content in files.items() if content is not None}
    return base64.b64encode(archive.pack(kept)).decode()


def commented(number: int = 1) -> str:
    """Policies that differ from the shipped ones by a comment, and so in revision alone."""
    return packed(**{MONITORING: FILES[MONITORING] + f"# {number}\n".encode()})


class Gate:
    """A gate with the embedded engine, and people."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.settings = Settings.from_environment(
            {"COUNTERSIGN_DATA_DIR": str(folder), "COUNTERSIGN_MAX_BODY_BYTES": "2000000"}
            | settings
        )
        self.ports: Ports = bootstrap.ports(self.settings, CollectorRegistry())
        self.client: FlaskClient = build(
            self.ports, self.settings, CollectorRegistry()
        ).test_client()

    def token(self, subject: str, *roles: Role) -> str:
        asked = TokenRequest(subject, frozenset(roles), EVERYWHERE, LATER)
        ports = self.ports
        return issue_token(asked, "test", ports.tokens, ports.new_id, ports.new_secret).token

    def ask(self, token: str, method: str, path: str, **options: Any) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {token}"} | options.pop("headers", {})
        answer = self.client.open(path, method=method, headers=headers, **options)
        return answer.status_code, answer.get_json()

    def active(self) -> dict[str, Any]:
        return self.ask(self.token("ann@acme.example", Role.AUDITOR), "GET", "/v1/policies/active")[
            1
        ]


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    made = Gate(tmp_path)
    yield made
    made.ports.close()


class People:
    """Who takes part in a change of policies."""

    def __init__(self, gate: Gate) -> None:
        self.author = gate.token("ada@acme.example", Role.POLICY_AUTHOR)
        self.admin = gate.token("max@acme.example", Role.POLICY_ADMIN)
        self.lead = gate.token("lea@acme.example", Role.GOVERNANCE_LEAD)


@pytest.fixture
def people(gate: Gate) -> People:
    return People(gate)


def proposal(gate: Gate, token: str, packed: str, **changes: Any) -> tuple[int, dict[str, Any]]:
    asked = {"sources": packed, "summary": "a change", **changes}
    return gate.ask(token, "POST", "/v1/policies/proposals", json=asked)


def said(gate: Gate, token: str, proposal_id: str, vote: str = "approve") -> int:
    path = f"/v1/policies/proposals/{proposal_id}/votes"
    return gate.ask(token, "POST", path, json={"vote": vote})[0]


def activation(gate: Gate, token: str, proposal_id: str) -> tuple[int, dict[str, Any]]:
    return gate.ask(token, "POST", f"/v1/policies/proposals/{proposal_id}/activation", json={})


def activated(gate: Gate, people: People, packed: str, **changes: Any) -> str:
    """Take policies all the way; give their revision."""
    status, made = proposal(gate, people.author, packed, **changes)
    assert status == 201, made
    for voter in (people.admin, people.lead):
        assert said(gate, voter, made["proposal_id"]) == 201
    status, told = activation(gate, people.admin, made["proposal_id"])
    assert status == 201, told
    return str(told["policy"]["revision"])


def test_policies_that_every_seat_agrees_to_decide_from_then_on(gate: Gate, people: People) -> None:
    before = gate.active()
    revision = activated(gate, people, commented())
    submitter = gate.token("ci@acme.example", Role.SUBMITTER)
    status, decision = gate.ask(submitter, "POST", "/v1/decisions", json=a_document())

    assert before["revision"] != revision
    assert "activation" not in before
    assert gate.active()["revision"] == revision
    assert gate.active()["activation"]["activated_by"] == "max@acme.example"
    assert (status, decision["policy"]["revision"]) == (200, revision)


def test_a_gate_that_starts_again_runs_what_was_activated(
    gate: Gate, people: People, tmp_path: Path
) -> None:
    revision = activated(gate, people, commented())
    gate.ports.close()

    again = Gate(tmp_path)
    found = again.ports.engine.ping()
    again.ports.close()

    assert found == revision


def test_the_decision_of_activated_policies_can_be_replayed(gate: Gate, people: People) -> None:
    revision = activated(gate, people, commented())

    assert gate.ports.log.find(revision, Kind.POLICIES_KEPT) is not None


def test_an_open_seat_keeps_policies_from_becoming_active(gate: Gate, people: People) -> None:
    _, made = proposal(gate, people.author, commented())
    said(gate, people.admin, made["proposal_id"])
    status, problem = activation(gate, people.admin, made["proposal_id"])

    assert status == 409
    assert "1 more governance_lead must agree" in problem["detail"]
    assert "activation" not in gate.active()


def test_whoever_proposed_fills_no_seat(gate: Gate, people: People) -> None:
    _, made = proposal(gate, people.admin, commented())
    for voter in (people.admin, people.lead):
        said(gate, voter, made["proposal_id"])
    status, problem = activation(gate, people.admin, made["proposal_id"])

    assert status == 409
    assert "1 more policy_admin must agree" in problem["detail"]


@pytest.mark.parametrize(("last", "expected"), [("veto", 409), ("approve", 201)])
def test_the_latest_word_of_a_person_stands(
    gate: Gate, people: People, last: str, expected: int
) -> None:
    _, made = proposal(gate, people.author, commented())
    said(gate, people.admin, made["proposal_id"])
    said(gate, people.lead, made["proposal_id"], "veto")
    said(gate, people.lead, made["proposal_id"], last)

    assert activation(gate, people.admin, made["proposal_id"])[0] == expected


def test_a_proposal_is_outdated_once_other_policies_are_active(gate: Gate, people: People) -> None:
    _, older = proposal(gate, people.author, commented(1))
    revision = activated(gate, people, commented(2))
    for voter in (people.admin, people.lead):
        said(gate, voter, older["proposal_id"])
    status, problem = activation(gate, people.admin, older["proposal_id"])

    assert status == 409
    assert "propose it again" in problem["detail"]
    assert gate.active()["revision"] == revision


def test_older_policies_come_back_only_by_their_proposers_word(gate: Gate, people: People) -> None:
    first = activated(gate, people, commented(1))
    activated(gate, people, commented(2))
    status, problem = proposal(gate, people.author, commented(1))

    assert (status, problem["pointer"]) == (422, "/reverts")
    assert activated(gate, people, commented(1), reverts=True) == first


def test_the_active_policies_cannot_be_proposed(gate: Gate, people: People) -> None:
    status, problem = proposal(gate, people.author, packed())

    assert (status, problem["pointer"]) == (422, "/sources")


def test_the_seats_are_those_of_the_active_policies_and_not_of_the_proposed(
    gate: Gate, people: People
) -> None:
    easier = packed(**{SEATS: b"seats: {policy_admin: 1}\n"})
    _, made = proposal(gate, people.author, easier)
    said(gate, people.admin, made["proposal_id"])

    assert activation(gate, people.admin, made["proposal_id"])[0] == 409


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({MONITORING: b"production: [\n"}, "gate/monitoring/data.yaml"),
        ({"gate/new.rego": b"package gate.new\n"}, "compiled"),
        ({SEATS: None}, "who must agree"),
        ({SEATS: b"seats: {}\n"}, "no seat"),
        ({SEATS: b"seats: {auditor: 1}\n"}, "auditor"),
        ({"system/x.rego": b"package system.x\n"}, "system/x.rego"),
    ],
)
def test_policies_that_cannot_be_used_are_refused_with_the_file(
    gate: Gate, people: People, changes: dict[str, bytes | None], told: str
) -> None:
    status, problem = proposal(gate, people.author, packed(**changes))

    assert (status, problem["pointer"]) == (422, "/sources")
    assert told in problem["detail"]
    assert gate.ports.log.page(Kind.POLICY_PROPOSED, before=None, limit=1).entries == ()


@pytest.mark.parametrize("content", ["", "AAAA", "!"])
def test_what_is_no_archive_is_refused(gate: Gate, people: People, content: str) -> None:
    status, problem = proposal(gate, people.author, content)

    assert (status, problem["pointer"]) == (422, "/sources")


def test_a_change_that_would_have_allowed_more_needs_its_authors_word(
    gate: Gate, people: People
) -> None:
    submitter = gate.token("ci@acme.example", Role.SUBMITTER)
    document = a_document(stage="staging", risk_tier="minimal", change_note="a fix")
    _, decision = gate.ask(submitter, "POST", "/v1/decisions", json=document)
    profiles = FILES["gate/profiles/data.yaml"]
    easier = packed(**{"gate/profiles/data.yaml": loosened(profiles)})
    status, problem = proposal(gate, people.author, easier)
    accepted, made = proposal(gate, people.author, easier, acknowledge_loosening=True)

    assert decision["outcome"] == "deny"
    assert (status, problem["pointer"]) == (422, "/acknowledge_loosening")
    assert decision["decision_id"] in problem["detail"]
    assert (accepted, made["effect"]["flips"]) == (
        201,
        [{"from": "deny", "to": "allow", "count": 1}],
    )


def loosened(profiles: bytes) -> bytes:
    """Leave staging/minimal with the one check that the smallest release passes."""
    document = yaml.safe_load(profiles)
    document["staging"]["minimal"] = LEAST
    return yaml.safe_dump(document).encode()


LEAST: Any = {"checks": ["change"]}


@pytest.mark.parametrize(
    ("role", "act", "expected"),
    [
        (Role.OPERATOR, "propose", 403),
        (Role.POLICY_AUTHOR, "vote", 403),
        (Role.DATA_SCIENTIST, "vote", 403),
        (Role.RISK_COMPLIANCE, "vote", 201),
        (Role.GOVERNANCE_LEAD, "activate", 403),
        (Role.POLICY_AUTHOR, "activate", 403),
    ],
)
def test_each_step_has_its_roles(
    gate: Gate, people: People, role: Role, act: str, expected: int
) -> None:
    someone = gate.token("sam@acme.example", role)
    _, made = proposal(gate, people.author, commented())
    told = {
        "propose": lambda: proposal(gate, someone, commented(2))[0],
        "vote": lambda: said(gate, someone, made["proposal_id"]),
        "activate": lambda: activation(gate, someone, made["proposal_id"])[0],
    }

    assert told[act]() == expected


def test_an_activation_asked_twice_with_one_key_is_one(gate: Gate, people: People) -> None:
    _, made = proposal(gate, people.author, commented())
    for voter in (people.admin, people.lead):
        said(gate, voter, made["proposal_id"])
    path = f"/v1/policies/proposals/{made['proposal_id']}/activation"
    answers = [
        gate.ask(people.admin, "POST", path, json={}, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    ]

    assert answers[0] == answers[1]
    assert answers[0][0] == 201


def test_policies_that_were_activated_and_lost_are_an_error_and_never_others(
    gate: Gate, people: People, tmp_path: Path
) -> None:
    activated(gate, people, commented())
    gate.ports.close()
    again = Gate(tmp_path)
    kept = json.loads(again.ports.log.moves("policy:active")[-1].body)["sources_sha256"]
    again.ports.close()
    forget(tmp_path, kept)

    with pytest.raises(Exception, match="not in the store"):
        Gate(tmp_path)


def forget(folder: Path, sha256: str) -> None:
    """Take a document out of the store, as only the owner of the database can."""
    with sqlite3.connect(folder / "countersign.db") as connection:
        connection.execute("DROP TRIGGER document_no_delete")
        connection.execute("DELETE FROM document WHERE sha256 = ?", (sha256,))


def test_rego_is_activated_on_a_real_opa_and_handed_out(tmp_path: Path, opa_binary: Path) -> None:
    key = tmp_path / "bundle.pem"
    key.write_bytes(PRIVATE)
    gate = Gate(
        tmp_path,
        COUNTERSIGN_ENGINE="opa_child",
        COUNTERSIGN_OPA_BINARY=str(opa_binary),
        COUNTERSIGN_BUNDLE_KEY=str(key),
    )
    rego = "gate/checks/change/change.rego"
    with_rego = packed(**{rego: FILES[rego] + b"\n# another word\n"})
    revision = activated(gate, People(gate), with_rego)
    ready = gate.client.get("/readyz").get_json()["ports"]
    handed_out = gate.ports.bundles.current().revision
    gate.ports.close()

    assert handed_out == revision
    assert (ready["policy_engine"], ready["policies"]) == ("ready", "ready")


@pytest.mark.parametrize(
    "rule",
    [
        'leak := http.send({"method": "GET", "url": "http://127.0.0.1:9"})',
        "leak := opa.runtime().env",
        "late := time.now_ns()",
    ],
)
def test_rego_that_reaches_out_is_refused_before_it_runs(
    rule: str, tmp_path: Path, opa_binary: Path
) -> None:
    gate = Gate(tmp_path, COUNTERSIGN_ENGINE="opa_child", COUNTERSIGN_OPA_BINARY=str(opa_binary))
    rego = "gate/checks/change/change.rego"
    reaching = packed(**{rego: FILES[rego] + f"\n{rule}\n".encode()})
    status, problem = proposal(gate, People(gate).author, reaching)
    gate.ports.close()

    assert (status, problem["pointer"]) == (422, "/sources")
    assert "change.rego:" in problem["detail"]


def test_rego_that_the_gates_own_engine_cannot_run_is_refused_whatever_opa_could(
    tmp_path: Path, opa_binary: Path
) -> None:
    gate = Gate(tmp_path, COUNTERSIGN_OPA_BINARY=str(opa_binary))
    rego = "gate/checks/change/change.rego"
    other = packed(**{rego: FILES[rego] + b"\n# another word\n"})
    status, problem = proposal(gate, People(gate).author, other)
    gate.ports.close()

    assert (status, problem["pointer"]) == (422, "/sources")


def test_rego_that_does_not_compile_is_refused_with_its_line(
    tmp_path: Path, opa_binary: Path
) -> None:
    gate = Gate(tmp_path, COUNTERSIGN_ENGINE="opa_child", COUNTERSIGN_OPA_BINARY=str(opa_binary))
    rego = "gate/checks/change/change.rego"
    broken = packed(**{rego: FILES[rego] + b"\nbroken if {\n"})
    status, problem = proposal(gate, People(gate).author, broken)
    gate.ports.close()

    assert (status, problem["pointer"]) == (422, "/sources")
    assert "change.rego:" in problem["detail"]
