from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.api.authn import OPEN_ENDPOINTS
from app.domain.caller import PERMITTED, Action, Role
from tests.api.conftest import Gate, a_document

ROUTES = {
    ("POST", "/v1/decisions"): Action.SUBMIT,
    ("GET", "/v1/decisions"): Action.READ,
    ("GET", "/v1/decisions/<decision_id>"): Action.READ,
    ("GET", "/v1/decisions/<decision_id>/attestation"): Action.READ,
    ("GET", "/v1/attestation-key"): Action.READ,
    ("POST", "/v1/rehearsals"): Action.REHEARSE,
    ("PUT", "/v1/blobs/<sha256>"): Action.UPLOAD,
    ("GET", "/v1/blobs/<sha256>"): Action.READ,
    ("POST", "/v1/approvals"): Action.APPROVE,
    ("GET", "/v1/approvals"): Action.READ,
    ("POST", "/v1/approvals/<approval_id>/withdraw"): Action.APPROVE,
    ("GET", "/v1/inbox"): Action.APPROVE,
    ("POST", "/v1/delegations"): Action.APPROVE,
    ("GET", "/v1/delegations"): Action.LIST_DELEGATIONS,
    ("POST", "/v1/delegations/<delegation_id>/end"): Action.APPROVE,
    ("POST", "/v1/break-glass"): Action.BREAK_GLASS,
    ("GET", "/v1/break-glass"): Action.READ,
    ("POST", "/v1/break-glass/<glass_id>/review"): Action.REVIEW_BREAK_GLASS,
    ("POST", "/v1/waivers"): Action.REQUEST_WAIVER,
    ("GET", "/v1/waivers"): Action.READ,
    ("GET", "/v1/waivers/report"): Action.READ,
    ("GET", "/v1/waivers/<waiver_id>"): Action.READ,
    ("POST", "/v1/waivers/<waiver_id>/approve"): Action.APPROVE_WAIVER,
    ("POST", "/v1/waivers/<waiver_id>/revoke"): Action.REQUEST_WAIVER,
    ("GET", "/v1/models"): Action.READ,
    ("GET", "/v1/models/<namespace>/<name>"): Action.READ,
    ("POST", "/v1/models/<namespace>/<name>/versions"): Action.REGISTER,
    ("GET", "/v1/models/<namespace>/<name>/versions"): Action.READ,
    ("GET", "/v1/models/<namespace>/<name>/versions/<version_name>"): Action.READ,
    ("GET", "/v1/models/<namespace>/<name>/versions/<version_name>/lineage"): Action.READ,
    ("GET", "/v1/lineage"): Action.READ,
    ("GET", "/v1/models/<namespace>/<name>/stages/<stage>"): Action.READ,
    ("GET", "/v1/models/<namespace>/<name>/stages/<stage>/history"): Action.READ,
    ("POST", "/v1/models/<namespace>/<name>/stages/<stage>/promotions"): Action.PROMOTE,
    ("POST", "/v1/models/<namespace>/<name>/stages/<stage>/rollbacks"): Action.ROLL_BACK,
    ("POST", "/v1/models/<namespace>/<name>/stages/<stage>/verifications"): Action.PROMOTE,
    ("GET", "/v1/models/<namespace>/<name>/stages/<stage>/verifications"): Action.READ,
    ("GET", "/v1/models/<namespace>/<name>/aliases/<alias>"): Action.READ,
    ("GET", "/v1/models/<namespace>/<name>/aliases/<alias>/history"): Action.READ,
    ("PUT", "/v1/models/<namespace>/<name>/aliases/<alias>"): Action.PROMOTE,
    ("GET", "/v1/promotions"): Action.READ,
    ("POST", "/v1/releases/<release_digest>/marks"): Action.REVOKE,
    ("GET", "/v1/revocations"): Action.READ,
    ("POST", "/v1/submissions"): Action.SUBMIT,
    ("GET", "/v1/submissions/<namespace>/<name>/<version_name>/<stage>"): Action.READ,
    ("POST", "/v1/submissions/<namespace>/<name>/<version_name>/<stage>/additions"): Action.SUBMIT,
    ("GET", "/v1/releases/<release_digest>"): Action.READ,
    ("POST", "/v1/reevaluations"): Action.SUBMIT,
    ("POST", "/v1/incidents"): Action.REPORT_INCIDENT,
    ("POST", "/v1/tokens"): Action.ADMINISTER,
    ("GET", "/v1/tokens"): Action.ADMINISTER,
    ("POST", "/v1/tokens/<token_id>/revoke"): Action.ADMINISTER,
    ("GET", "/v1/caller"): Action.READ,
    ("POST", "/v1/users"): Action.ADMINISTER,
    ("GET", "/v1/users"): Action.ADMINISTER,
    ("GET", "/v1/users/<name>"): Action.ADMINISTER,
    ("PUT", "/v1/users/<name>/roles"): Action.ADMINISTER,
    ("POST", "/v1/users/<name>/invite"): Action.ADMINISTER,
    ("POST", "/v1/users/<name>/disable"): Action.ADMINISTER,
    ("GET", "/v1/bundles/gate.tar.gz"): Action.READ,
    ("GET", "/v1/policies/active"): Action.READ,
    ("GET", "/v1/policies/proposals"): Action.READ,
    ("POST", "/v1/policies/proposals"): Action.PROPOSE_POLICY,
    ("GET", "/v1/policies/proposals/<proposal_id>"): Action.READ,
    ("POST", "/v1/policies/proposals/<proposal_id>/votes"): Action.VOTE_ON_POLICY,
    ("POST", "/v1/policies/proposals/<proposal_id>/activation"): Action.ACTIVATE_POLICY,
    ("GET", "/v1/enforcement/body"): Action.ENFORCE,
    ("POST", "/v1/enforcement/body"): Action.ENFORCE,
    ("GET", "/v1/enforcement/status"): Action.ENFORCE,
    ("POST", "/v1/enforcement/status"): Action.ENFORCE,
    ("POST", "/v1/enforcement/flagger/gate"): Action.ENFORCE,
    ("POST", "/v1/enforcement/flagger/rollback"): Action.ENFORCE,
    ("POST", "/v1/enforcement/kubernetes/admission/<stage>/<cluster>"): Action.ENFORCE,
    ("POST", "/v1/enforcement/kubernetes/admission/<stage>/<cluster>/<key>"): Action.ENFORCE,
    ("POST", "/v1/enforcement/kubernetes/gatekeeper/<stage>/<cluster>"): Action.ENFORCE,
    ("POST", "/v1/enforcement/kubernetes/gatekeeper/<stage>/<cluster>/<key>"): Action.ENFORCE,
    ("POST", "/v1/enforcement/kubernetes/kyverno/<stage>/<cluster>"): Action.ENFORCE,
    ("POST", "/v1/enforcement/kubernetes/kyverno/<stage>/<cluster>/<key>"): Action.ENFORCE,
    ("POST", "/access/v1/evaluation"): Action.ENFORCE,
    ("POST", "/access/v1/evaluations"): Action.ENFORCE,
    ("GET", "/v1/events"): Action.OBSERVE,
    ("POST", "/v1/events/<name>/<seq>/resend"): Action.ADMINISTER,
    ("GET", "/metrics"): Action.OBSERVE,
    ("GET", "/openapi.json"): Action.READ,
    ("GET", "/v1/log"): Action.READ,
    ("GET", "/v1/log/export"): Action.EXPORT,
    ("GET", "/v1/log/released"): Action.READ,
    ("GET", "/v1/log/on-stage"): Action.READ,
    ("POST", "/v1/log/cosignatures"): Action.ADMINISTER,
    ("POST", "/v1/log/erasures"): Action.ADMINISTER,
    ("GET", "/v1/log/archives"): Action.OBSERVE,
    ("POST", "/v1/log/archives"): Action.ADMINISTER,
    ("GET", "/v1/log/holds"): Action.OBSERVE,
    ("POST", "/v1/log/holds"): Action.ADMINISTER,
    ("POST", "/v1/log/holds/<hold_id>/release"): Action.ADMINISTER,
    ("GET", "/v1/log/entries/<seq>/personal"): Action.OBSERVE,
    ("GET", "/v1/log/key"): Action.READ,
    ("GET", "/v1/log/checkpoint"): Action.READ,
    ("GET", "/v1/log/consistency"): Action.READ,
    ("GET", "/v1/log/tile/<level>/<path:place>"): Action.READ,
    ("GET", "/v1/log/entries/<int:seq>"): Action.READ,
    ("GET", "/v1/log/entries/<int:seq>/receipt"): Action.READ,
    ("GET", "/v1/decisions/<decision_id>/receipt"): Action.READ,
}
"""Every route that is not open, and what its caller must be able to do."""


def routes(gate: Gate) -> dict[tuple[str, str], Any]:
    return {
        (method, rule.rule): gate.app.view_functions[rule.endpoint]
        for rule in gate.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint not in OPEN_ENDPOINTS and not rule.endpoint.startswith("web.")
    }


def test_every_route_permits_what_the_table_says(gate: Gate) -> None:
    assert {route: view.action for route, view in routes(gate).items()} == ROUTES


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_a_token_no_route_answers(gate: Gate, method: str, path: str) -> None:
    answer = gate.ask(method, path.replace("<", "").replace(">", ""), role=None)

    assert (answer.status_code, answer.get_json()["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_role_without_the_permission_gets_403(
    gate: Gate, method: str, path: str, role: Role
) -> None:
    answer = gate.ask(method, path.replace("<", "").replace(">", ""), role)

    is_permitted = role in PERMITTED[ROUTES[method, path]].roles
    assert (answer.status_code == 403) is not is_permitted


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer cs_unknown_" + "s" * 43, "Bearer x"],
)
def test_what_is_no_known_token_is_401(gate: Gate, authorization: str) -> None:
    answer = gate.client.get("/v1/decisions", headers={"Authorization": authorization})

    assert answer.status_code == 401


def test_another_secret_under_a_known_id_is_401(gate: Gate) -> None:
    wrong = gate.tokens[Role.SUBMITTER][:-1] + "t"

    answer = gate.client.get("/v1/decisions", headers={"Authorization": f"Bearer {wrong}"})

    assert answer.status_code == 401


def test_a_token_in_the_query_is_not_looked_at(gate: Gate) -> None:
    answer = gate.client.get(f"/v1/decisions?token={gate.tokens[Role.SUBMITTER]}")

    assert answer.status_code == 401


def test_a_token_ends_at_the_second(gate: Gate) -> None:
    gate.world.clock.moment += timedelta(hours=1)

    assert gate.submit().status_code == 401


def test_a_token_lives_until_the_second_before(gate: Gate) -> None:
    gate.world.clock.moment += timedelta(minutes=59, seconds=59)

    assert gate.submit().status_code == 200


def test_the_submitter_in_the_record_is_the_tokens(gate: Gate) -> None:
    answer = gate.ask("POST", "/v1/decisions", json=a_document())

    assert answer.get_json()["submitted_by"] == "submitter@acme.example"
