"""RECEIVE: who lets whom vote in their place."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from app.api import answers, submissions
from app.api.approvals import moments
from app.api.context import caller, permits, ports
from app.domain.approvals import delegation
from app.domain.caller import Action
from app.domain.errors import InvalidSubmissionError
from app.gate.approvals import delegations
from app.gate.approvals.delegations import DelegationRequest

blueprint = Blueprint("delegations", __name__)


@blueprint.post("/v1/delegations")
@permits(Action.APPROVE)
def post_delegation() -> Response:
    """Let somebody vote in the caller's place, until a time."""
    asked = _asked(submissions.body("delegation_request"))
    entry = delegations.give(asked, caller(), ports(), submissions.idempotency())
    return answers.recorded(entry, status=201)


@blueprint.post("/v1/delegations/<delegation_id>/end")
@permits(Action.APPROVE)
def post_end(delegation_id: str) -> Response:
    """End a delegation before its time."""
    entry = delegations.end(delegation_id, caller(), ports(), submissions.idempotency())
    return answers.recorded(entry, status=201)


@blueprint.get("/v1/delegations")
@permits(Action.LIST_DELEGATIONS)
def list_delegations() -> Response:
    """Give what the caller gave and was given, as it is now; to an auditor, all."""
    if request.args:
        raise InvalidSubmissionError(f"unknown query parameter {min(request.args)[:80]!r}")
    found = delegations.seen_by(caller(), ports())
    return answers.document({"delegations": [delegation.written(one) for one in found]})


def _asked(body: dict[str, Any]) -> DelegationRequest:
    start, end = moments.period(body)
    return DelegationRequest(
        delegate=body["delegate"],
        roles=frozenset(body["roles"]),
        reason=body["reason"],
        not_before=start,
        expires_at=end,
    )
