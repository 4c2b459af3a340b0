"""RECEIVE: votes on a release; the role comes from the token, never from the body."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.api import answers, submissions
from app.api.context import caller, permits, ports
from app.domain.caller import Action
from app.domain.digest import Digest
from app.domain.entry import Kind
from app.domain.errors import InvalidSubmissionError
from app.domain.identity import tenancy
from app.domain.standing import Vote
from app.gate import approve

blueprint = Blueprint("approvals", __name__)


@blueprint.post("/v1/approvals")
@permits(Action.APPROVE)
def post_approval() -> Response:
    """Approve or veto exactly one release digest."""
    asked = submissions.body("approval_request")
    release, vote = Digest(asked["release_digest"]), Vote(asked["vote"])
    key = submissions.idempotency()
    entry = approve.vote(release, vote, asked.get("comment", ""), caller(), ports(), key)
    return answers.recorded(entry, status=201)


@blueprint.post("/v1/approvals/<approval_id>/withdraw")
@permits(Action.APPROVE)
def post_withdrawal(approval_id: str) -> Response:
    """Take one's own vote back."""
    entry = approve.withdraw(approval_id, caller(), ports(), submissions.idempotency())
    return answers.recorded(entry, status=201)


@blueprint.get("/v1/approvals")
@permits(Action.READ)
def list_approvals() -> Response:
    """Give every vote on one release, oldest first."""
    if set(request.args) != {"release_digest"}:
        raise InvalidSubmissionError("expected the query parameter release_digest, and no other")
    release = Digest(request.args["release_digest"])
    entries = tenancy.seen(caller(), ports().log.about(release, Kind.APPROVAL))
    return answers.document({"approvals": [answers.body(entry) for entry in entries]})
