from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, jsonify, request

from app.cli.client import ClientError
from app.cli.github.job_token import job_token
from tests.services.loopback import served

GOOD = "runtime-token"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The token service of a runner, as its documentation describes it."""
    service = Flask("runner")

    @service.get("/token")
    def give() -> Any:
        if request.headers.get("Authorization") != f"Bearer {GOOD}":
            return jsonify({"message": "unauthorized"}), 401
        if request.args["audience"] == "empty":
            return jsonify({})
        return jsonify(
            {"count": 1, "value": f"{request.args['api-version']} for {request.args['audience']}"}
        )

    with served(service) as url:
        yield f"{url}/token?api-version=2.0"


def test_the_jobs_token_is_asked_for_with_its_audience(issuer: str) -> None:
    token = job_token(issuer, GOOD, "https://gate.example/?a=1&b")

    assert token == "2.0 for https://gate.example/?a=1&b"


@pytest.mark.parametrize(
    ("bearer", "audience", "told"),
    [("wrong", "gate", "401"), (GOOD, "empty", "200")],
)
def test_an_answer_without_a_token_is_told(
    issuer: str, bearer: str, audience: str, told: str
) -> None:
    with pytest.raises(ClientError, match=told) as error:
        job_token(issuer, bearer, audience)

    assert bearer not in str(error.value)


def test_a_job_that_may_not_have_one_is_told_what_to_do() -> None:
    with pytest.raises(ClientError, match="id-token: write"):
        job_token(None, None, "gate")
