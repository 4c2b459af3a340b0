"""The routes of events, and of webhooks."""

from __future__ import annotations

from app.api.openapi.operation import ID, Operation

OPERATIONS = (
    Operation(
        "post",
        "/v1/webhooks/{source}",
        "Take a webhook",
        {202: "webhook_taken", 401: "problem", 404: "problem", 422: "problem"},
        "bytes",
        parameters=(("path", "source", ID),),
        is_open=True,
    ),
    Operation("get", "/v1/events", "List subscribers", {200: "event_standing"}),
    Operation(
        "post",
        "/v1/events/{name}/{seq}/resend",
        "Send an event again",
        {200: "event_delivery", 404: "problem", 409: "problem"},
        parameters=(("path", "name", ID), ("path", "seq", {"type": "integer", "minimum": 0})),
    ),
)
