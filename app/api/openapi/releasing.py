"""The routes about submissions that are completed later, and about the state of a release."""

from __future__ import annotations

from app.api.openapi.operation import DIGEST, TEXT, Operation

_SUBMISSION = "/v1/submissions/{namespace}/{name}/{version_name}/{stage}"
_NAMED = tuple(("path", name, TEXT) for name in ("namespace", "name", "version_name", "stage"))
_SEEN = (("header", "If-Match", TEXT), ("header", "If-None-Match", TEXT))
OPERATIONS = (
    Operation(
        "post",
        "/v1/submissions",
        "Submit a release to be completed",
        {201: "decision", 409: "problem"},
        "submission",
        parameters=_SEEN,
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
        parameters=(*_NAMED, *_SEEN),
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
        {201: "mark", 404: "problem", 409: "problem"},
        "incident_event",
    ),
    Operation("post", "/v1/reevaluations", "Decide what is live again", {200: "reevaluation"}),
)
