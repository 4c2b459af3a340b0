"""The OpenAPI 3.1 document, built from schemas/ and from one table of operations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Blueprint, Response

from app import __version__
from app.api import answers, contracts
from app.api.context import permits
from app.domain.caller import Action
from app.domain.log.question import Field

blueprint = Blueprint("openapi", __name__)

_SCHEMAS = "https://countersign.dev/schemas/"
_DESCRIPTIONS = {
    200: "The answer.",
    201: "Made and recorded.",
    304: "The client has it.",
    400: "Not one JSON document that every reader reads alike.",
    401: "No bearer token, or none that is known and alive.",
    403: "The token's roles do not permit this.",
    404: "Nothing of that name.",
    413: "Over a limit.",
    415: "Not JSON.",
    422: "Not what was expected; the pointer says where.",
    503: "The gate cannot decide: never an allow.",
}
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Operation:
    """One route as its callers see it."""

    method: str
    path: str
    summary: str
    answers: dict[int, str | None]
    """Status to the name of the schema answered; None for bytes or text."""
    asks: str | None = None
    """Schema of the body; `bytes` for a document itself."""
    parameters: tuple[tuple[str, str, dict[str, Any]], ...] = ()
    """Place, name, schema."""
    is_open: bool = False
    repeats: bool = False
    """Whether Idempotency-Key is honoured."""


_ID = {"type": "string", "minLength": 1}
_DIGEST = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_PAGING = (
    ("query", "cursor", {"type": "string"}),
    ("query", "limit", {"type": "integer", "minimum": 1, "maximum": answers.LARGEST_PAGE}),
)
_SEQ = ("path", "seq", {"type": "integer", "minimum": 0})
_TEXT = {"type": "string"}
_FILTERS = tuple(
    ("query", name, _TEXT) for name in ("q", "from", "to", *(field.value for field in Field))
)
LOG_OPERATIONS = (
    Operation(
        "get",
        "/v1/log",
        "Search the log",
        {200: "log_page"},
        parameters=(*_FILTERS, ("query", "cursor", _TEXT), ("query", "limit", _TEXT)),
    ),
    Operation(
        "get",
        "/v1/log/export",
        "Export the log",
        {200: None},
        parameters=(*_FILTERS, ("query", "format", _TEXT), ("query", "start", _TEXT)),
    ),
    Operation(
        "get",
        "/v1/log/released",
        "Read what was released",
        {200: "decision", 404: "problem"},
        parameters=tuple(("query", name, _TEXT) for name in ("model", "stage", "at")),
    ),
    Operation("get", "/v1/log/key", "Read the key of the log", {200: None}),
    Operation("get", "/v1/log/checkpoint", "Read the checkpoint of the log", {200: None}),
    Operation(
        "get",
        "/v1/log/consistency",
        "Prove consistency",
        {200: "log_consistency", 404: "problem"},
        parameters=(("query", "old", _TEXT), ("query", "new", _TEXT)),
    ),
    Operation(
        "get",
        "/v1/log/tile/{level}/{place}",
        "Read a tile of the log",
        {200: None, 404: "problem"},
        parameters=(("path", "level", _TEXT), ("path", "place", _TEXT)),
    ),
    Operation(
        "get",
        "/v1/log/entries/{seq}",
        "Read an entry",
        {200: None, 404: "problem"},
        parameters=(_SEQ,),
    ),
    Operation(
        "get",
        "/v1/log/entries/{seq}/receipt",
        "Prove an entry",
        {200: None, 404: "problem"},
        parameters=(_SEQ,),
    ),
    Operation(
        "get",
        "/v1/decisions/{decision_id}/receipt",
        "Prove a decision",
        {200: None, 404: "problem"},
        parameters=(("path", "decision_id", _ID),),
    ),
)
OPERATIONS = (
    Operation(
        "post",
        "/v1/decisions",
        "Decide a release",
        {200: "decision"},
        "submission",
        (("header", "Prefer", _TEXT),),
        repeats=True,
    ),
    Operation("get", "/v1/decisions", "List decisions", {200: "decision_page"}, parameters=_PAGING),
    Operation(
        "get",
        "/v1/decisions/{decision_id}",
        "Read a decision",
        {200: "decision", 404: "problem"},
        parameters=(("path", "decision_id", _ID),),
    ),
    Operation(
        "get",
        "/v1/decisions/{decision_id}/attestation",
        "Attest a decision",
        {200: None, 404: "problem"},
        parameters=(
            ("path", "decision_id", _ID),
            ("query", "predicate", {"enum": ["vsa", "svr"]}),
        ),
    ),
    Operation("get", "/v1/attestation-key", "Read the key of attestations", {200: None}),
    Operation("post", "/v1/rehearsals", "Rehearse a decision", {200: "decision"}, "submission"),
    Operation(
        "put",
        "/v1/blobs/{sha256}",
        "Upload a document",
        {200: "blob", 201: "blob"},
        "bytes",
        parameters=(("path", "sha256", _DIGEST),),
    ),
    Operation(
        "get",
        "/v1/blobs/{sha256}",
        "Read a document",
        {200: None, 404: "problem"},
        parameters=(("path", "sha256", _DIGEST),),
    ),
    Operation(
        "get",
        "/v1/bundles/gate.tar.gz",
        "Fetch the signed bundle of the policies",
        {200: None, 304: None, 404: "problem"},
        parameters=(("header", "If-None-Match", _TEXT), ("header", "Prefer", _TEXT)),
    ),
    Operation(
        "post",
        "/v1/approvals",
        "Approve or veto a release",
        {201: "approval", 404: "problem"},
        "approval_request",
        repeats=True,
    ),
    Operation(
        "get",
        "/v1/approvals",
        "List the votes on a release",
        {200: "approval_list"},
        parameters=(("query", "release_digest", _DIGEST),),
    ),
    Operation(
        "post",
        "/v1/approvals/{approval_id}/withdraw",
        "Withdraw an approval",
        {201: "approval", 404: "problem"},
        parameters=(("path", "approval_id", _ID),),
        repeats=True,
    ),
    *LOG_OPERATIONS,
    Operation("post", "/v1/tokens", "Issue a token", {201: "token"}, "token_request"),
    Operation("get", "/livez", "Is the process alive?", {200: "health"}, is_open=True),
    Operation(
        "get", "/readyz", "Can the gate decide?", {200: "health", 503: "health"}, is_open=True
    ),
    Operation("get", "/metrics", "Metrics for Prometheus", {200: None}),
    Operation("get", "/openapi.json", "This document", {200: None}),
)


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
            "schemas": {name: _component(name) for name in sorted({*names, "approval", "problem"})},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _operation(operation: Operation) -> dict[str, Any]:
    failures = () if operation.is_open else (400, 401, 403, 413, 422, 503)
    responses = {str(status): _answer(status, "problem") for status in failures}
    for status, name in operation.answers.items():
        responses[str(status)] = _answer(status, name)
    members: dict[str, Any] = {
        "summary": operation.summary,
        "operationId": operation.summary.lower().replace(" ", "_").replace("?", ""),
        "parameters": [
            {"in": place, "name": name, "required": _is_required(place, name), "schema": schema}
            for place, name, schema in operation.parameters
        ],
        "responses": responses,
    }
    if operation.repeats:
        key = {"in": "header", "name": "Idempotency-Key", "schema": _ID}
        members["parameters"].append(key)
    if operation.is_open:
        members["security"] = []
    if operation.asks == "bytes":
        content = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
        members["requestBody"] = {"required": True, "content": content}
    elif operation.asks:
        content = {_JSON: {"schema": _reference(operation.asks)}}
        members["requestBody"] = {"required": True, "content": content}
    return members


def _is_required(place: str, name: str) -> bool:
    return place == "path" or name == "release_digest"


def _answer(status: int, name: str | None) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": _DESCRIPTIONS[status]}
    if name is not None:
        media = "application/problem+json" if name == "problem" else _JSON
        answer["content"] = {media: {"schema": _reference(name)}}
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
