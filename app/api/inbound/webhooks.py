"""RECEIVE: a webhook, proven by its own signature over the raw bytes; answered later."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.api import answers, submissions
from app.api.context import context, ports
from app.domain.errors import NotFoundError
from app.gate.inbound import desk

blueprint = Blueprint("webhooks", __name__)


@blueprint.post("/v1/webhooks/<source>")
def post_webhook(source: str) -> Response:
    """Take a webhook once; 202, since its source hears the answer through its own API."""
    asker = next((one for one in ports().askers if one.source == source), None)
    if asker is None:
        raise NotFoundError(f"nobody asks as {source[:40]!r} here")
    content = submissions.content(context().max_body_bytes)
    headers = {name.lower(): value for name, value in request.headers.items()}
    webhook = asker.read(headers, content, ports().clock.now())
    is_new = desk.take(webhook, source, ports())
    return answers.document({"is_new": is_new, "inquiries": len(webhook.inquiries)}, 202)
