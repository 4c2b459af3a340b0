"""Jobs and people with tokens that an issuer signed, at the same door as those of the gate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.adapters.identity.configuration import TrustedIssuer
from app.adapters.identity.fetching import fetcher
from app.adapters.identity.signed_tokens import SignedTokens
from app.domain.caller import Role
from app.domain.identity.issuer import Forge, Issuer, Rule
from tests.api.conftest import Gate, a_document
from tests.builders import a_scope
from tests.services.issuer import AUDIENCE, TestIssuer, serving
from tests.worlds import NOBODY, World, a_world


@pytest.fixture
def issuer() -> Iterator[TestIssuer]:
    with serving(TestIssuer()) as served:
        yield served


@pytest.fixture
def gate(issuer: TestIssuer, serve: Callable[[World], Gate]) -> Gate:
    rule = Rule(
        "release",
        {"repository_id": ("1001",), "environment": ("production",)},
        frozenset({Role.SUBMITTER}),
        a_scope("acme", stages=("production",)),
    )
    trusted = Issuer(
        issuer.url,
        Forge.GITHUB,
        AUDIENCE,
        frozenset({"RS256"}),
        timedelta(minutes=10),
        ("repository_id", "environment"),
        (rule,),
    )
    known = SignedTokens([TrustedIssuer(trusted, None)], fetcher(None))
    return serve(a_world(trusted=(known, NOBODY[1])))


def submit(gate: Gate, token: str, **changes: Any) -> TestResponse:
    headers = {"Authorization": f"Bearer {token}"}
    return gate.client.post("/v1/decisions", headers=headers, json=a_document(**changes))


def test_a_job_submits_without_any_secret(gate: Gate, issuer: TestIssuer) -> None:
    answer = submit(gate, issuer.token(gate.world.clock.now()))

    assert answer.status_code == 200
    assert answer.get_json()["submitted_by"] == (
        f"{issuer.url}#repository_id=1001&environment=production"
    )


def test_a_token_of_the_gate_goes_on_to_count(gate: Gate) -> None:
    assert submit(gate, gate.tokens[Role.SUBMITTER]).status_code == 200


@pytest.mark.parametrize(
    ("change", "status"),
    [({"repository_id": "1002"}, 401), ({"aud": "other"}, 401), ({"exp": None}, 401)],
)
def test_a_job_that_no_rule_names_is_nobody(
    gate: Gate, issuer: TestIssuer, change: dict[str, Any], status: int
) -> None:
    answer = submit(gate, issuer.token(gate.world.clock.now(), **change))

    assert (answer.status_code, answer.get_json()["code"]) == (status, "unauthenticated")


@pytest.mark.parametrize(
    "change", [{"stage": "staging"}, {"model": {"namespace": "g", "name": "m", "version": "1"}}]
)
def test_a_job_stays_within_the_scope_of_its_rule(
    gate: Gate, issuer: TestIssuer, change: dict[str, Any]
) -> None:
    assert submit(gate, issuer.token(gate.world.clock.now()), **change).status_code == 403


def test_a_job_does_not_what_its_rule_does_not_name(gate: Gate, issuer: TestIssuer) -> None:
    headers = {"Authorization": f"Bearer {issuer.token(gate.world.clock.now())}"}
    vote = {"release_digest": "0" * 64, "vote": "approve"}

    assert gate.client.post("/v1/approvals", headers=headers, json=vote).status_code == 403


def test_while_the_issuer_is_down_nobody_is_let_in_and_it_is_said(
    gate: Gate, issuer: TestIssuer
) -> None:
    issuer.is_down = True

    answer = submit(gate, issuer.token(gate.world.clock.now()))

    assert (answer.status_code, answer.get_json()["code"]) == (503, "issuer_unavailable")
    assert gate.world.ports.log.submitters(a_document()["files"][0]["sha256"]) == frozenset()


def test_an_issuer_that_is_down_keeps_nobody_else_out(gate: Gate, issuer: TestIssuer) -> None:
    issuer.is_down = True

    assert submit(gate, gate.tokens[Role.SUBMITTER]).status_code == 200
