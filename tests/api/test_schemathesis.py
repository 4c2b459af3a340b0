"""The API as its document says: generated requests, good and bad, and every answer checked.

A few of each operation here, the same ones each time; thousands by `make fuzz`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as drawn
from prometheus_client import CollectorRegistry
from schemathesis import Case, GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import ignored_auth
from schemathesis.specs.openapi.schemas import OpenApiSchema

from app.api import openapi
from app.api.openapi.operation import Operation
from app.domain.caller import Role
from app.factory import build
from app.settings import Settings
from tests.worlds import a_world

CONFIG = Path(__file__).parents[2] / "schemathesis.toml"
EXAMPLES = 3
OPERATORS = ("/v1/tokens", "/v1/users", "/v1/events", "/v1/log/cosignatures", "/v1/log/erasures")
EVERYTHING_ELSE = frozenset(Role) - {Role.OPERATOR}
CAN_BE_WRONG = [
    one for one in openapi.OPERATIONS if one.asks or one.parameters if one.asks != "bytes"
]
"""Operations of which a request can be wrong in form: no bytes are."""
quietly = drawn(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True)
class Described:
    """A gate's document, bound to the gate, and two who together may ask everything."""

    schema: OpenApiSchema
    operator: str
    all: str


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Described:
    world = a_world()
    folder = str(tmp_path_factory.mktemp("gate"))
    settings = Settings.from_environment({"COUNTERSIGN_DATA_DIR": folder})
    operator = world.token("operator@acme.example", Role.OPERATOR)
    schema = schemathesis.openapi.from_wsgi(
        "/openapi.json",
        build(world.ports, settings, CollectorRegistry()),
        config=SchemathesisConfig.from_path(CONFIG),
        headers={"Authorization": f"Bearer {operator}"},
    )
    return Described(schema, operator, world.token("all@acme.example", *EVERYTHING_ELSE))


def named(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


@pytest.mark.parametrize("operation", openapi.OPERATIONS, ids=named)
def test_a_good_request_is_answered_as_the_document_says(
    described: Described, operation: Operation
) -> None:
    every_answer_is_as_documented(described, operation, GenerationMode.POSITIVE)


@pytest.mark.parametrize("operation", CAN_BE_WRONG, ids=named)
def test_a_bad_request_is_refused_as_the_document_says(
    described: Described, operation: Operation
) -> None:
    every_answer_is_as_documented(described, operation, GenerationMode.NEGATIVE)


def every_answer_is_as_documented(
    described: Described, operation: Operation, mode: GenerationMode
) -> None:
    asked = described.schema[operation.path][operation.method.upper()]
    is_operators = operation.path.startswith(OPERATORS)
    headers = {"Authorization": f"Bearer {described.operator if is_operators else described.all}"}

    @quietly
    @given(case=asked.as_strategy(generation_mode=mode))
    def answers(case: Case[Any]) -> None:
        answer = case.call(headers=headers)
        # Whether a token is asked for is shown of every route in test_authn.py.
        case.validate_response(answer, excluded_checks=[ignored_auth])

    answers()
