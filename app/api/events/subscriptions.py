"""RECEIVE: an operator looks at what subscribers have not taken, and sends it again."""

from __future__ import annotations

from flask import Blueprint, Response

from app.api import answers
from app.api.context import caller, permits, ports
from app.domain.caller import Action
from app.domain.errors import NotFoundError
from app.gate.events import outbox

blueprint = Blueprint("subscriptions", __name__)


@blueprint.get("/v1/events")
@permits(Action.OBSERVE)
def list_subscribers() -> Response:
    """Tell of each subscriber how far it has been told, and what was put aside."""
    return answers.document({"subscribers": outbox.standing(ports())})


@blueprint.post("/v1/events/<name>/<seq>/resend")
@permits(Action.ADMINISTER)
def post_resend(name: str, seq: str) -> Response:
    """Send an event again that was put aside."""
    if not seq.isascii() or not seq.isdigit() or len(seq) > len(str(2**53)):
        raise NotFoundError(f"no event {seq[:80]!r}")
    delivery = outbox.resend(name, int(seq), caller(), ports())
    members = {
        "is_taken": delivery.is_taken,
        "status": delivery.status,
        "message": delivery.message,
    }
    return answers.document(members)
