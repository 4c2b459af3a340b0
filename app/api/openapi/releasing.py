"""The routes about submissions that are completed later, and about the state of a release."""

from __future__ import annotations

from app.api.openapi.operation import (
    DIGEST,
    JSON,
    LIMIT,
    NAME,
    POINTER,
    SEEN,
    TEXT,
    VERSION,
    Operation,
)

_SUBMISSION = "/v1/submissions/{namespace}/{name}/{version_name}/{stage}"
_NAMED = (
    ("path", "namespace", NAME),
    ("path", "name", NAME),
    ("path", "version_name", VERSION),
    ("path", "stage", POINTER),
)
OPERATIONS = (
    Operation(
        "post",
        "/v1/submissions",
        "Submit a release to be completed",
        {201: "decision", 409: "problem"},
        "submission",
        parameters=SEEN,
        repeats=True,
    ),
    Operation(
        "get",
        _SUBMISSION,
        "Read a submission",
        {200: "submission_state", 404: "problem"},
        parameters=_NAMED,
    ),
    Operation(
        "post",
        f"{_SUBMISSION}/additions",
        "Add to a submission",
        {201: "decision", 404: "problem", 409: "problem"},
        "addition",
        parameters=(*_NAMED, *SEEN),
        repeats=True,
    ),
    Operation(
        "get",
        "/v1/releases/{release_digest}",
        "Read the state of a release",
        {200: "release_state", 404: "problem"},
        parameters=(("path", "release_digest", DIGEST),),
    ),
    Operation(
        "post",
        "/v1/incidents",
        "Report an incident",
        {201: "mark", 404: "problem", 409: "problem", 415: "problem"},
        "incident_event",
        parameters=tuple(
            ("header", f"ce-{name}", {"type": "string", "description": "In the binary mode."})
            for name in ("specversion", "id", "source", "type", "subject", "time")
        ),
        sends=(
            ("application/cloudevents+json", "incident_event"),
            (JSON, "incident_event/properties/data"),
        ),
    ),
    Operation(
        "post",
        "/v1/reevaluations",
        "Decide what is live again",
        {200: "reevaluation"},
        parameters=(("query", "after", TEXT), ("query", "limit", LIMIT)),
    ),
)
