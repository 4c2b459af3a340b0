"""RECEIVE: votes on a release; the role comes from the token, never from the body."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from app.api import answers, submissions
from app.api.context import caller, permits, ports
from app.domain.approvals import written
from app.domain.approvals.components import Component
from app.domain.approvals.standing import Vote
from app.domain.caller import Action
from app.domain.digest import Digest
from app.domain.entry import Kind
from app.domain.errors import InvalidSubmissionError
from app.domain.identity import tenancy
from app.gate.approvals import seats
from app.gate.submissions import acts
from app.gate.submissions.acts import Act

blueprint = Blueprint("approvals", __name__)


@blueprint.post("/v1/approvals")
@permits(Action.APPROVE)
def post_approval() -> Response:
    """Approve, veto or comment on exactly one release digest, which is then decided again."""
    return answers.acted(_vote(submissions.body("approval_request")), ports().log)


@blueprint.post("/v1/approvals/<approval_id>/withdraw")
@permits(Action.APPROVE)
def post_withdrawal(approval_id: str) -> Response:
    """Take one's own vote back; what it counted for is decided again."""
    act = acts.withdraw(approval_id, caller(), ports(), submissions.idempotency())
    return answers.acted(act, ports().log)


@blueprint.get("/v1/approvals")
@permits(Action.READ)
def list_approvals() -> Response:
    """Give every vote on one release, oldest first, and who fills which seat of it now."""
    release, stage = _asked()
    entries = tenancy.seen(caller(), ports().log.about(release, Kind.APPROVAL))
    members = {"approvals": answers.bodies(entries, ports().log)}
    decided = ports().log.latest(release, Kind.DECISION)
    if not any(tenancy.may_see(caller(), entry) for entry in decided):
        return answers.document(members)
    seating = seats.of_release(release, stage, caller(), ports())
    return answers.document({**members, "seating": written.seating(seating.decision, seating.held)})


def _vote(asked: dict[str, Any]) -> Act:
    statement: str | None = asked.get("statement")
    looked_at = {Component(name): d for name, d in asked.get("components", {}).items()}
    return acts.vote(
        Digest(asked["release_digest"]),
        Vote(asked["vote"]),
        asked.get("comment", ""),
        caller(),
        ports(),
        submissions.idempotency(),
        stage=asked.get("stage"),
        looked_at=looked_at,
        statement=None if statement is None else statement.encode(),
    )


def _asked() -> tuple[Digest, str | None]:
    if not {"release_digest"} <= set(request.args) <= {"release_digest", "stage"}:
        message = "expected the query parameter release_digest, perhaps stage, and no other"
        raise InvalidSubmissionError(message)
    return Digest(request.args["release_digest"]), request.args.get("stage")
