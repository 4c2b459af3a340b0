"""The routes by which tools that release models ask what was decided."""

from __future__ import annotations

from app.api.openapi.operation import DIGEST, PLAIN, TEXT, Operation

_QUESTION = (
    ("query", "release", DIGEST),
    ("query", "reference", {**TEXT, "minLength": 1}),
    ("query", "stage", {**TEXT, "minLength": 1}),
    ("query", "cluster", {**TEXT, "minLength": 1}),
)
_ANSWER = "enforcement_answer"
_PART = {"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]{0,62}$"}
_PLACE = (("path", "stage", _PART), ("path", "cluster", _PART))
_CLUSTERS = tuple(
    Operation(
        "post",
        f"/v1/enforcement/kubernetes/{name}/{{stage}}/{{cluster}}{by}",
        f"{title}{' by a key in the path' * bool(by)}",
        {200: answer, 404: "problem"},
        asks,
        parameters=(*_PLACE, *((("path", "key", TEXT),) if by else ())),
    )
    for name, title, asks, answer in (
        ("admission", "Review an admission", "admission_review", "admission_reviewed"),
        ("gatekeeper", "Answer Gatekeeper", "gatekeeper_request", "gatekeeper_response"),
        ("kyverno", "Answer Kyverno", "kyverno_call", "kyverno_answer"),
    )
    for by in ("", "/{key}")
)
OPERATIONS = (
    *_CLUSTERS,
    *(
        Operation(
            method,
            "/v1/enforcement/body",
            f"Ask by {method} for an answer in the body",
            {200: _ANSWER},
            parameters=_QUESTION,
            needs=("stage",),
        )
        for method in ("get", "post")
    ),
    *(
        Operation(
            method,
            "/v1/enforcement/status",
            f"Ask by {method} for an answer by status",
            {200: _ANSWER, 403: _ANSWER, 409: _ANSWER},
            parameters=_QUESTION,
            needs=("stage",),
        )
        for method in ("get", "post")
    ),
    Operation(
        "post",
        "/v1/enforcement/flagger/gate",
        "Answer a hook of Flagger",
        {200: None, 403: None},
        "flagger_hook",
        media=(PLAIN,),
    ),
    Operation(
        "post",
        "/v1/enforcement/flagger/rollback",
        "Answer the rollback hook of Flagger",
        {200: None, 403: None},
        "flagger_hook",
        media=(PLAIN,),
    ),
    Operation(
        "get",
        "/.well-known/authzen-configuration",
        "Read where evaluations are asked for",
        {200: "authzen_configuration"},
        is_open=True,
    ),
    Operation(
        "post",
        "/access/v1/evaluation",
        "Ask for an evaluation",
        {200: "authzen_decision"},
        "authzen_evaluation",
    ),
    Operation(
        "post",
        "/access/v1/evaluations",
        "Ask for evaluations",
        {200: "authzen_decision"},
        "authzen_evaluations",
    ),
)
