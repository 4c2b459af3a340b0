"""The routes about models: versions and lineage, stages and aliases, marks and revocations."""

from __future__ import annotations

from app.api.openapi.operation import (
    DIGEST,
    LIMIT,
    MOMENT,
    NAME,
    POINTER,
    SEEN,
    SIGSTORE,
    TEXT,
    VERSION,
    Operation,
)

_MODEL = (("path", "namespace", NAME), ("path", "name", NAME))
_VERSION = (*_MODEL, ("path", "version_name", VERSION))
_STAGE = (*_MODEL, ("path", "stage", POINTER))
_ALIAS = (*_MODEL, ("path", "alias", POINTER))
_PAGE = (("query", "after", TEXT), ("query", "limit", LIMIT))
_AT = (("query", "at", MOMENT),)
_OF_MODEL = "/v1/models/{namespace}/{name}"
OPERATIONS = (
    Operation("get", "/v1/models", "List models", {200: "model_list"}, parameters=_PAGE),
    Operation("get", _OF_MODEL, "Read a model", {200: "model", 404: "problem"}, parameters=_MODEL),
    Operation(
        "post",
        f"{_OF_MODEL}/versions",
        "Register a version",
        {201: "version", 404: "problem", 409: "problem"},
        "version_request",
        parameters=_MODEL,
        repeats=True,
    ),
    Operation(
        "get",
        f"{_OF_MODEL}/versions",
        "List versions",
        {200: "version_list", 404: "problem"},
        parameters=(*_MODEL, *_PAGE),
    ),
    Operation(
        "get",
        f"{_OF_MODEL}/versions/{{version_name}}",
        "Read a version",
        {200: "version", 404: "problem"},
        parameters=_VERSION,
    ),
    Operation(
        "get",
        f"{_OF_MODEL}/versions/{{version_name}}/lineage",
        "Read lineage",
        {200: "lineage", 404: "problem"},
        parameters=_VERSION,
    ),
    Operation(
        "get",
        "/v1/lineage",
        "Read what was built on a model",
        {200: "lineage"},
        parameters=(("query", "base", {**TEXT, "minLength": 1}), ("query", "revision", TEXT)),
        needs=("base",),
    ),
    Operation(
        "get",
        f"{_OF_MODEL}/stages/{{stage}}",
        "Read a stage",
        {200: "pointer", 404: "problem"},
        parameters=(*_STAGE, *_AT),
    ),
    Operation(
        "get",
        f"{_OF_MODEL}/stages/{{stage}}/history",
        "Read the history of a stage",
        {200: "pointer_list", 404: "problem"},
        parameters=_STAGE,
    ),
    Operation(
        "post",
        f"{_OF_MODEL}/stages/{{stage}}/promotions",
        "Promote a version",
        {201: "pointer", 404: "problem", 409: "problem"},
        "promotion_request",
        parameters=(*_STAGE, *SEEN),
        repeats=True,
    ),
    Operation(
        "post",
        f"{_OF_MODEL}/stages/{{stage}}/rollbacks",
        "Roll back",
        {201: "pointer", 404: "problem", 409: "problem"},
        "rollback_request",
        parameters=(*_STAGE, *SEEN),
        repeats=True,
    ),
    Operation(
        "post",
        f"{_OF_MODEL}/stages/{{stage}}/verifications",
        "Verify a stage",
        {201: "verification", 404: "problem"},
        "verification_request",
        parameters=_STAGE,
        repeats=True,
    ),
    Operation(
        "get",
        f"{_OF_MODEL}/stages/{{stage}}/verifications",
        "List verifications",
        {200: "verification_list", 404: "problem"},
        parameters=_STAGE,
    ),
    Operation(
        "get",
        f"{_OF_MODEL}/aliases/{{alias}}",
        "Read an alias",
        {200: "pointer", 404: "problem"},
        parameters=(*_ALIAS, *_AT),
    ),
    Operation(
        "get",
        f"{_OF_MODEL}/aliases/{{alias}}/history",
        "Read the history of an alias",
        {200: "pointer_list", 404: "problem"},
        parameters=_ALIAS,
    ),
    Operation(
        "put",
        f"{_OF_MODEL}/aliases/{{alias}}",
        "Point an alias",
        {201: "pointer", 404: "problem", 409: "problem"},
        "alias_request",
        parameters=(*_ALIAS, *SEEN),
        repeats=True,
    ),
    Operation(
        "get",
        "/v1/promotions",
        "List promotions",
        {200: "pointer_list"},
        parameters=(
            *(("query", name, MOMENT) for name in ("from", "to")),
            *(("query", name, TEXT) for name in ("model", "stage")),
            ("query", "limit", LIMIT),
        ),
    ),
    Operation(
        "post",
        "/v1/releases/{release_digest}/marks",
        "Mark a release",
        {201: "mark", 404: "problem", 409: "problem"},
        "mark_request",
        parameters=(("path", "release_digest", DIGEST),),
        repeats=True,
    ),
    Operation(
        "get",
        "/v1/revocations",
        "Read the revocations",
        {200: None, 304: None},
        media=(SIGSTORE,),
        parameters=(("header", "If-None-Match", TEXT),),
    ),
)
