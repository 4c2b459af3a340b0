"""Two projects in one gate: who is bound to one neither sees nor changes the other."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.caller import Role
from app.domain.log.question import Question
from tests.api.conftest import Gate, a_document
from tests.builders import a_scope

THEIRS = "globex"
MODEL = f"/v1/models/{THEIRS}/scorer"
WAIVED = {
    "codes": ["evaluation.below_threshold"],
    "stage": "production",
    "reason": "the benchmark is being replaced",
    "ticket": "ML-1",
    "expires_at": "2026-11-30T00:00:00Z",
}
MADE_OF = {"base_models": [{"id": "meta/llama"}]}
REVIEW = {"state": "under_review", "reason": f"{THEIRS} has reported drift"}


@pytest.fixture
def known(gate: Gate) -> dict[str, str]:
    """What a caller could know of the other project, by the name of the path's variable."""
    theirs = {**a_document()["model"], "namespace": THEIRS}
    decision = gate.submit(model=theirs).get_json()
    vote = {"release_digest": decision["release"]["digest"], "vote": "approve"}
    approval = gate.ask("POST", "/v1/approvals", Role.DATA_SCIENTIST, json=vote).get_json()
    release = decision["release"]["digest"]
    for role, method, path, asked in (
        (Role.SUBMITTER, "POST", f"{MODEL}/versions", {"version": "1.4.0", **MADE_OF}),
        (Role.DEPLOYER, "POST", f"{MODEL}/stages/production/promotions", {"version": "1.4.0"}),
        (Role.DEPLOYER, "PUT", f"{MODEL}/aliases/champion", {"version": "1.4.0"}),
        (Role.RISK_COMPLIANCE, "POST", f"/v1/releases/{release}/marks", REVIEW),
    ):
        stated = {"release_digest": release} if path.endswith("versions") else {}
        answer = gate.ask(method, path, role, json={**asked, **stated})
        assert answer.status_code == 201, answer.get_json()
    return {
        "decision_id": decision["decision_id"],
        "approval_id": approval["approval_id"],
        "release_digest": decision["release"]["digest"],
        "digest": decision["release"]["digest"],
        "release": decision["release"]["digest"],
        "seq": str(decision["seq"]),
        "level": "entries",
        "place": "000.p/1",
        "namespace": THEIRS,
        "name": "scorer",
        "version": theirs["version"],
        "version_name": theirs["version"],
        "alias": "champion",
        "base": "meta/llama",
        "model": f"{THEIRS}/scorer",
        "stage": "production",
        "sha256": "0" * 64,
    }


def bound(gate: Gate, *roles: Role, stages: tuple[str, ...] = ("*",)) -> dict[str, str]:
    scope = a_scope("acme", stages=stages)
    token = gate.world.token("bound@acme.example", *(roles or (Role.AUDITOR,)), scope=scope)
    # The API takes the one, pages take the other.
    return {"Authorization": f"Bearer {token}", "Cookie": f"__Host-countersign={token}"}


def paths(gate: Gate, known: dict[str, str]) -> list[str]:
    """Every path that can be read, about the other project where it is about anything."""
    found = []
    for rule in gate.app.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            path = rule.rule
            for name in rule.arguments:
                for kind in ("", "int:", "path:"):
                    path = path.replace(f"<{kind}{name}>", known.get(name, "unknown"))
            found.append(path)
    return found


QUERIES = {
    "/v1/approvals": ("release_digest",),
    "/v1/log/released": ("model", "stage"),
    "/v1/log/on-stage": ("model", "stage"),
    "/v1/lineage": ("base",),
    "/v1/enforcement/body": ("release", "stage"),
    "/v1/enforcement/status": ("release", "stage"),
}
"""Queries without which a route answers nothing."""


def test_no_route_tells_of_another_project(gate: Gate, known: dict[str, str]) -> None:
    auditor = bound(gate, *(set(Role) - {Role.OPERATOR}))
    told, client = {}, gate.app.test_client(use_cookies=False)
    for path in paths(gate, known):
        query = {name: known[name] for name in QUERIES.get(path, ())}
        answer = client.get(path, query_string=query, headers=auditor)
        told[path] = answer.status_code == 200 and THEIRS.encode() in answer.get_data()

    assert [path for path, is_told in told.items() if is_told] == []


def test_the_same_routes_tell_those_of_every_project(gate: Gate, known: dict[str, str]) -> None:
    token = gate.tokens[Role.DEPLOYER]
    everywhere = {"Authorization": f"Bearer {token}", "Cookie": f"__Host-countersign={token}"}
    told, client = [], gate.app.test_client(use_cookies=False)
    for path in paths(gate, known):
        query = {name: known[name] for name in QUERIES.get(path, ())}
        answer = client.get(path, query_string=query, headers=everywhere)
        if answer.status_code == 200 and THEIRS.encode() in answer.get_data():
            told.append(path)

    assert {"/v1/decisions", "/v1/log", "/v1/approvals", "/v1/enforcement/body"} <= set(told)
    assert {"/decisions", f"/releases/{known['digest']}"} <= set(told)
    assert f"/v1/decisions/{known['decision_id']}" in told
    assert f"/v1/log/entries/{known['seq']}" in told
    assert {MODEL, f"{MODEL}/versions", f"{MODEL}/stages/production/history"} <= set(told)
    assert {"/v1/models", "/v1/lineage", "/v1/promotions", "/v1/log/on-stage"} <= set(told)
    assert f"/v1/releases/{known['release_digest']}" in told


def test_a_decision_of_another_project_is_as_if_it_were_not_there(
    gate: Gate, known: dict[str, str]
) -> None:
    foreign = gate.client.get(f"/v1/decisions/{known['decision_id']}", headers=bound(gate))
    none = gate.client.get("/v1/decisions/nothing", headers=bound(gate))

    assert (foreign.status_code, foreign.get_json()["code"]) == (404, "not_found")
    assert (none.status_code, none.get_json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["/v1/decisions", "/v1/rehearsals"])
@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 200),
        ({"model": {"namespace": THEIRS, "name": "scorer", "version": "1"}}, 403),
        ({"stage": "production"}, 403),
    ],
)
def test_a_release_is_submitted_within_the_scope(
    gate: Gate, path: str, change: dict[str, Any], status: int
) -> None:
    headers = bound(gate, Role.SUBMITTER, stages=("staging",))

    answer = gate.client.post(
        path, headers=headers, json=a_document(**{"stage": "staging", **change})
    )

    assert answer.status_code == status


def test_whose_a_reference_is_is_not_told_to_another_project(gate: Gate) -> None:
    theirs = {**a_document()["model"], "namespace": THEIRS}
    image = "oci://registry.example/router@sha256:" + "a" * 64
    assert gate.submit(model=theirs, references=[image]).status_code == 200

    answer = gate.client.post(
        "/v1/decisions",
        headers=bound(gate, Role.SUBMITTER),
        json=a_document(references=[image]),
    )

    assert answer.status_code == 422
    assert THEIRS not in answer.text


def test_nobody_votes_on_a_release_of_another_project(gate: Gate, known: dict[str, str]) -> None:
    vote = {"release_digest": known["release_digest"], "vote": "approve"}
    headers = bound(gate, Role.DATA_SCIENTIST)

    assert gate.client.post("/v1/approvals", headers=headers, json=vote).status_code == 404


def test_nobody_withdraws_a_vote_of_another_project(gate: Gate, known: dict[str, str]) -> None:
    path = f"/v1/approvals/{known['approval_id']}/withdraw"

    answer = gate.client.post(path, headers=bound(gate, Role.DATA_SCIENTIST))

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "asked"),
    [
        ("POST", f"{MODEL}/versions", {"version": "2.0.0", "release_digest": "0" * 64}),
        ("POST", f"{MODEL}/stages/production/promotions", {"version": "1.4.0"}),
        ("POST", f"{MODEL}/stages/production/rollbacks", {"reason": "errors doubled"}),
        ("PUT", f"{MODEL}/aliases/champion", {"version": "1.4.0"}),
        ("POST", "/v1/releases/{release_digest}/marks", {"state": "revoked", "reason": "mine"}),
        ("POST", "/v1/waivers", {"model": f"{THEIRS}/scorer"}),
        ("POST", "/v1/approvals", {}),
    ],
)
def test_nothing_of_another_project_is_changed(
    gate: Gate, known: dict[str, str], method: str, path: str, asked: dict[str, Any]
) -> None:
    everything = bound(gate, *(set(Role) - {Role.OPERATOR}))
    size = len(gate.world.stores.log.search(Question(), None, 1000).entries)
    if path == "/v1/approvals":
        asked = {"release_digest": known["release_digest"], "vote": "veto"}
    if path == "/v1/waivers":
        asked = {**WAIVED, **asked}

    answer = gate.client.open(path.format(**known), method=method, headers=everything, json=asked)

    assert answer.status_code in {403, 404}, answer.get_json()
    assert len(gate.world.stores.log.search(Question(), None, 1000).entries) == size


@pytest.mark.parametrize("path", ["/metrics", "/v1/log/tile/entries/000.p/1"])
def test_what_is_of_the_whole_gate_wants_every_project(
    gate: Gate, known: dict[str, str], path: str
) -> None:
    assert known

    assert gate.client.get(path, headers=bound(gate)).status_code == 403
    assert gate.ask("GET", path, Role.AUDITOR).status_code == 200


def test_an_operator_of_one_project_hands_out_no_tokens(gate: Gate) -> None:
    asked = {"subject": "eve@acme.example", "roles": ["submitter"], "expires_in_days": 1}

    answer = gate.client.post("/v1/tokens", headers=bound(gate, Role.OPERATOR), json=asked)

    assert answer.status_code == 403
