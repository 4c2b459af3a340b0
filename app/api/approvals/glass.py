"""RECEIVE: the glass is broken in an emergency, and the review that is owed for it closed."""

from __future__ import annotations

from flask import Blueprint, Response

from app.api import answers, queries, submissions
from app.api.context import caller, permits, ports
from app.domain.approvals import break_glass as written
from app.domain.caller import Action
from app.domain.digest import Digest
from app.gate.approvals import break_glass
from app.gate.approvals.break_glass import Emergency
from app.gate.submissions import acts

blueprint = Blueprint("glass", __name__)


@blueprint.post("/v1/break-glass")
@permits(Action.BREAK_GLASS)
def post_glass() -> Response:
    """Let one release through in an emergency, for hours: it is decided again."""
    body = submissions.body("break_glass_request")
    release = Digest(body["release_digest"])
    asked = Emergency(release, body["stage"], body["reason"], body["hours"])
    act = acts.open_glass(asked, caller(), ports(), submissions.idempotency())
    return answers.acted(act, ports().log)


@blueprint.post("/v1/break-glass/<glass_id>/review")
@permits(Action.REVIEW_BREAK_GLASS)
def post_review(glass_id: str) -> Response:
    """Close the review that is owed; what waited for it, and the release, are decided again."""
    findings = submissions.body("break_glass_review")["findings"]
    key = submissions.idempotency()
    act = acts.review_glass(glass_id, findings, caller(), ports(), key)
    return answers.acted(act, ports().log)


@blueprint.get("/v1/break-glass")
@permits(Action.READ)
def list_glass() -> Response:
    """Give the emergencies of a model, or all, as they are now."""
    found = break_glass.all_of(queries.model(), caller(), ports())
    return answers.document({"break_glass": [written.written(glass) for glass in found]})
