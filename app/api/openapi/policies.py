"""The routes of policies: the bundle, and the change of what is active."""

from __future__ import annotations

from app.api.openapi.operation import ID, PAGING, Operation

_PROPOSAL = (("path", "proposal_id", ID),)
OPERATIONS = (
    Operation("get", "/v1/policies/active", "Read the active policies", {200: "active_policies"}),
    Operation(
        "get",
        "/v1/policies/proposals",
        "List proposals of policies",
        {200: "policy_proposal_page"},
        parameters=PAGING,
    ),
    Operation(
        "post",
        "/v1/policies/proposals",
        "Propose policies",
        {201: "policy_proposal"},
        "policy_proposal_request",
        repeats=True,
    ),
    Operation(
        "get",
        "/v1/policies/proposals/{proposal_id}",
        "Read a proposal of policies",
        {200: "policy_proposal", 404: "problem"},
        parameters=_PROPOSAL,
    ),
    Operation(
        "post",
        "/v1/policies/proposals/{proposal_id}/votes",
        "Vote on a proposal of policies",
        {201: "policy_vote", 404: "problem", 409: "problem"},
        "policy_vote_request",
        parameters=_PROPOSAL,
        repeats=True,
    ),
    Operation(
        "post",
        "/v1/policies/proposals/{proposal_id}/activation",
        "Activate policies",
        {201: "policy_activation", 404: "problem", 409: "problem"},
        parameters=_PROPOSAL,
        repeats=True,
    ),
)
