"""The OpenAPI 3.1 document, built from schemas/ and from one table of operations."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response

from app import __version__
from app.api import answers, contracts
from app.api.context import permits
from app.api.openapi import (
    approvals,
    enforcing,
    events,
    identity,
    models,
    policies,
    record,
    releases,
    releasing,
)
from app.api.openapi.operation import BYTES, ID, JSON, Operation
from app.domain.caller import Action

blueprint = Blueprint("openapi", __name__)

_SCHEMAS = "https://countersign.dev/schemas/"
_DESCRIPTIONS = {
    200: "The answer.",
    202: "Taken; the answer comes another way.",
    201: "Made and recorded.",
    304: "The client has it.",
    400: "Not one JSON document that every reader reads alike.",
    401: "No bearer token, or none that is known and alive.",
    403: "The token's roles do not permit this.",
    404: "Nothing of that name.",
    409: "Waits for people, or is not in the state that this starts from.",
    412: "Not as the writer saw it (If-Match, If-None-Match).",
    413: "Over a limit.",
    415: "Of another media type than is read here.",
    428: "Expects If-Match: what the writer saw.",
    422: "Not what was expected; the pointer says where.",
    503: "The gate cannot decide: never an allow.",
}
_PROBLEM = "application/problem+json"
OPERATIONS = (
    *releases.OPERATIONS,
    *releasing.OPERATIONS,
    *approvals.OPERATIONS,
    *models.OPERATIONS,
    *identity.OPERATIONS,
    *policies.OPERATIONS,
    *record.OPERATIONS,
    *enforcing.OPERATIONS,
    *events.OPERATIONS,
)
"""Every route, and no other: tests/api/test_openapi.py compares."""


@blueprint.get("/openapi.json")
@permits(Action.READ)
def read_openapi() -> Response:
    """Give the OpenAPI document."""
    return answers.document(document())


@cache
def document() -> dict[str, Any]:
    """Build the OpenAPI 3.1 document of every operation."""
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    names = {name for operation in OPERATIONS for name in operation.answers.values() if name}
    names |= {operation.asks for operation in OPERATIONS if operation.asks not in {None, "bytes"}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Countersign",
            "version": __version__,
            "description": "A policy-as-code gate for machine-learning model releases.",
        },
        "paths": paths,
        "components": {
            "schemas": {
                name: _component(name)
                for name in sorted({*names, "approval", "problem", "reconsidered"})
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _operation(operation: Operation) -> dict[str, Any]:
    failures = () if operation.is_open else (400, 401, 403, 413, 422, 503)
    said = {**dict.fromkeys(failures, "problem"), **operation.answers}
    if operation.parameters and ("header", "If-Match") in {p[:2] for p in operation.parameters}:
        said[412] = "problem"
    responses = {str(status): _answer(status, said[status], operation) for status in said}
    for status in operation.answers.keys() & set(failures):  # by the tool's question, or by ours
        responses[str(status)]["content"] |= _answer(status, "problem", operation)["content"]
    members: dict[str, Any] = {
        "summary": operation.summary,
        "operationId": operation.summary.lower().replace(" ", "_").replace("?", ""),
        "parameters": [
            {
                "in": place,
                "name": name,
                "required": place == "path" or name in operation.needs,
                "schema": schema,
            }
            for place, name, schema in operation.parameters
        ],
        "responses": responses,
    }
    if operation.repeats:
        key = {"in": "header", "name": "Idempotency-Key", "schema": ID}
        members["parameters"].append(key)
    if operation.is_open:
        members["security"] = []
    if operation.asks:
        members["requestBody"] = {"required": True, "content": _sent(operation)}
    return members


def _sent(operation: Operation) -> dict[str, Any]:
    if operation.asks == "bytes":
        return {BYTES: {"schema": {"type": "string", "format": "binary"}}}
    sends = operation.sends or ((JSON, str(operation.asks)),)
    return {media: {"schema": _reference(name)} for media, name in sends}


def _answer(status: int, name: str | None, operation: Operation) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": _DESCRIPTIONS[status]}
    if name is not None:
        media = _PROBLEM if name == "problem" else JSON
        answer["content"] = {media: {"schema": _reference(name)}}
    elif status != HTTPStatus.NOT_MODIFIED:
        answer["content"] = {media: {} for media in operation.media}
    return answer


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _component(name: str) -> dict[str, Any]:
    schema = contracts.schema(name)
    members = {key: value for key, value in schema.items() if key not in {"$schema", "$id"}}
    rewritten: dict[str, Any] = _rewritten(members, name)
    return rewritten


def _rewritten(value: Any, name: str) -> Any:  # noqa: ANN401 - any part of a schema
    # References by URL and into $defs become references into this document.
    if isinstance(value, list):
        return [_rewritten(member, name) for member in value]
    if not isinstance(value, dict):
        return value
    members = {key: _rewritten(member, name) for key, member in value.items()}
    target = members.get("$ref")
    if isinstance(target, str):
        inner = f"#/components/schemas/{name}/$defs/"
        target = target.replace("#/$defs/", inner).replace(_SCHEMAS, "#/components/schemas/")
        members["$ref"] = target.removesuffix("/v1")
    return members
