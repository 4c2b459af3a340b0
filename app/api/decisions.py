"""RECEIVE: POST /v1/decisions -> decide; GET one, GET a page; POST /v1/rehearsals -> rehearse."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from app.api import answers, submissions
from app.api.context import caller, permits, ports
from app.domain.caller import Action
from app.domain.entry import Kind
from app.domain.errors import NotFoundError
from app.gate import decide

blueprint = Blueprint("decisions", __name__)


@blueprint.post("/v1/decisions")
@permits(Action.SUBMIT)
def post_decision() -> Response:
    """Decide a release; the decision is recorded before it is answered."""
    document = submissions.body("submission")
    submission = submissions.submission(document)
    decision = decide.decide(submission, caller(), ports(), submissions.idempotency())
    return answers.document(decision.body)


@blueprint.post("/v1/rehearsals")
@permits(Action.REHEARSE)
def post_rehearsal() -> Response:
    """Take the same steps and record nothing."""
    submission = submissions.submission(submissions.body("submission"))
    return answers.document(decide.rehearse(submission, caller(), ports()).body)


@blueprint.get("/v1/decisions/<decision_id>")
@permits(Action.READ)
def read_decision(decision_id: str) -> Response:
    """Give one decision, as it was recorded."""
    entry = ports().log.find(decision_id, Kind.DECISION)
    if entry is None:
        raise NotFoundError(f"no decision {decision_id[:80]!r}")
    return answers.recorded(entry)


@blueprint.get("/v1/decisions")
@permits(Action.READ)
def list_decisions() -> Response:
    """Give a page of decisions, newest first."""
    before, limit = answers.page_asked_for()
    page = ports().log.page(Kind.DECISION, before=before, limit=limit)
    members: dict[str, Any] = {
        "decisions": [answers.body(entry) for entry in page.entries],
        "next_cursor": answers.cursor(page.next_before),
    }
    return answers.document(members)
