"""RECEIVE: incidents and drift as CloudEvents 1.0, structured or binary (HTTP binding 1.0.2)."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from flask import Blueprint, Response, request

from app.api import answers, contracts, submissions
from app.api.context import caller, context, permits, ports
from app.api.models import asked, written
from app.domain.caller import Action
from app.domain.canonical import read_json
from app.domain.digest import Digest
from app.domain.errors import InvalidSubmissionError, MediaTypeError
from app.domain.models.incident import Incident
from app.domain.models.mark import State
from app.domain.release import ModelVersion
from app.gate.submissions import acts

blueprint = Blueprint("incidents", __name__)

_STRUCTURED = "application/cloudevents+json"
_BINARY = "application/json"
"""Where the attributes are headers (CloudEvents' HTTP binding, section 3.1)."""
_ATTRIBUTES = ("specversion", "id", "source", "type", "subject", "time")


@blueprint.post("/v1/incidents")
@permits(Action.REPORT_INCIDENT)
def post_incident() -> Response:
    """Put a release under review because of an event; an event that comes twice is one."""
    act = acts.report(_incident(_event()), caller(), ports())
    return answers.document(written.marked(act), 201)


def _event() -> dict[str, Any]:
    if request.mimetype == _STRUCTURED:
        return submissions.body("incident_event")
    if request.mimetype != _BINARY:
        message = f"expected an event as {_STRUCTURED}, or {_BINARY} with ce- headers"
        raise MediaTypeError(message)
    if "ce-id" not in request.headers:
        message = f"expected ce- headers with {_BINARY}, or the whole event as {_STRUCTURED}"
        raise InvalidSubmissionError(message)
    content = submissions.content(context().max_body_bytes)
    event: dict[str, Any] = {
        name: unquote(request.headers[f"ce-{name}"])
        for name in _ATTRIBUTES
        if f"ce-{name}" in request.headers
    }
    event["data"] = read_json(content)
    contracts.check("incident_event", event)
    return event


def _incident(event: dict[str, Any]) -> Incident:
    said = event["data"]
    return Incident(
        id=event["id"],
        source=event["source"],
        type=event["type"],
        time=event.get("time"),
        about=_about(said),
        state=State(said.get("state", State.UNDER_REVIEW.value)),
        summary=said["summary"],
        severity=said.get("severity"),
    )


def _about(said: dict[str, Any]) -> Digest | ModelVersion:
    if "release_digest" in said:
        return Digest(said["release_digest"])
    namespace, _, name = said["model"].partition("/")
    return asked.version(namespace, name, said["version"])
