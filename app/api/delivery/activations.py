"""RECEIVE: proposals of policies, votes on them, and their activation."""

from __future__ import annotations

import base64
import binascii

from flask import Blueprint, Response

from app.api import answers, submissions
from app.api.context import caller, context, permits, ports
from app.domain.approvals.standing import Vote
from app.domain.caller import Action
from app.domain.entry import Entry, Kind
from app.domain.errors import InvalidSubmissionError, TooLargeError
from app.domain.rollout.activation import ACTIVE, Agreement
from app.gate.rollout import activate
from app.gate.rollout.activate import Proposed

blueprint = Blueprint("activations", __name__)


@blueprint.get("/v1/policies/active")
@permits(Action.READ)
def read_active() -> Response:
    """Tell the revision that decides now, and by which recorded act."""
    entry = ports().log.at_place(ACTIVE)
    members = {"revision": ports().engine.ping()}
    return answers.document(
        members if entry is None else {**members, "activation": answers.body(entry)}
    )


@blueprint.get("/v1/policies/proposals")
@permits(Action.READ)
def list_proposals() -> Response:
    """Give a page of proposals, newest first, each with where it stands."""
    before, limit = answers.page_asked_for()
    page = ports().log.page(Kind.POLICY_PROPOSED, before=before, limit=limit)
    proposals = [_proposal(entry) for entry in page.entries]
    members = {"proposals": proposals, "next_cursor": answers.cursor(page.next_before)}
    return answers.document(members)


@blueprint.post("/v1/policies/proposals")
@permits(Action.PROPOSE_POLICY)
def post_proposal() -> Response:
    """Propose policies; their effect on past decisions is found and recorded."""
    asked = submissions.body("policy_proposal_request")
    proposed = Proposed(
        sources=_sources(asked["sources"]),
        summary=asked["summary"],
        is_loosening_acknowledged=asked.get("acknowledge_loosening", False),
        reverts=asked.get("reverts", False),
    )
    entry = activate.propose(proposed, caller(), ports(), submissions.idempotency())
    return answers.document(_proposal(entry), status=201)


@blueprint.get("/v1/policies/proposals/<proposal_id>")
@permits(Action.READ)
def read_proposal(proposal_id: str) -> Response:
    """Give one proposal, with where it stands."""
    return answers.document(_proposal(activate.recorded(proposal_id, ports().log)))


@blueprint.post("/v1/policies/proposals/<proposal_id>/votes")
@permits(Action.VOTE_ON_POLICY)
def post_policy_vote(proposal_id: str) -> Response:
    """Agree to a proposal, object to it, or take that back."""
    said = Vote(submissions.body("policy_vote_request")["vote"])
    entry = activate.vote(proposal_id, said, caller(), ports(), submissions.idempotency())
    return answers.recorded(entry, status=201)


@blueprint.post("/v1/policies/proposals/<proposal_id>/activation")
@permits(Action.ACTIVATE_POLICY)
def post_activation(proposal_id: str) -> Response:
    """Make the proposed policies the active ones."""
    entry = activate.activate(proposal_id, caller(), ports(), submissions.idempotency())
    return answers.recorded(entry, status=201)


def _sources(given: str) -> bytes:
    try:
        content = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidSubmissionError(f"not base64: {error}", pointer="/sources") from error
    if len(content) > context().max_document_bytes:
        raise TooLargeError("the sources are over the limit of a document", pointer="/sources")
    return content


def _proposal(entry: Entry) -> dict[str, object]:
    agreed = activate.standing(activate.proposal(entry), ports())
    return {**answers.body(entry), "standing": _standing(agreed)}


def _standing(agreed: Agreement) -> dict[str, object]:
    return {
        "seats": [
            {"role": seat.role, "required": seat.required, "people": list(seat.people)}
            for seat in agreed.seats
        ],
        "vetoed_by": list(agreed.vetoed_by),
        "not_counted": list(agreed.not_counted),
        "is_outdated": agreed.is_outdated,
        "obstacles": list(agreed.obstacles),
    }
