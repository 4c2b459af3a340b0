"""The routes about what people do about a release: votes, delegations, waivers, the inbox."""

from __future__ import annotations

from app.api.openapi.operation import DIGEST, ID, TEXT, Operation

OPERATIONS = (
    Operation(
        "post",
        "/v1/approvals",
        "Vote on a release",
        {201: "approval", 404: "problem", 409: "problem"},
        "approval_request",
        repeats=True,
    ),
    Operation(
        "get",
        "/v1/approvals",
        "List the votes on a release",
        {200: "approval_list", 404: "problem"},
        parameters=(("query", "release_digest", DIGEST), ("query", "stage", TEXT)),
    ),
    Operation(
        "post",
        "/v1/approvals/{approval_id}/withdraw",
        "Withdraw an approval",
        {201: "approval", 404: "problem"},
        parameters=(("path", "approval_id", ID),),
        repeats=True,
    ),
    Operation("get", "/v1/inbox", "Read what waits for the caller", {200: "inbox"}),
    Operation(
        "post",
        "/v1/delegations",
        "Let somebody vote for the caller",
        {201: "delegation"},
        "delegation_request",
        repeats=True,
    ),
    Operation("get", "/v1/delegations", "List delegations", {200: "delegation_list"}),
    Operation(
        "post",
        "/v1/delegations/{delegation_id}/end",
        "End a delegation",
        {201: "delegation", 404: "problem", 409: "problem"},
        parameters=(("path", "delegation_id", ID),),
        repeats=True,
    ),
    Operation(
        "post",
        "/v1/waivers",
        "Ask for a waiver",
        {201: "waiver", 404: "problem"},
        "waiver_request",
        repeats=True,
    ),
    Operation(
        "get",
        "/v1/waivers",
        "List waivers",
        {200: "waiver_list"},
        parameters=(("query", "model", TEXT),),
    ),
    Operation(
        "get",
        "/v1/waivers/{waiver_id}",
        "Read a waiver",
        {200: "waiver", 404: "problem"},
        parameters=(("path", "waiver_id", ID),),
    ),
    Operation(
        "post",
        "/v1/waivers/{waiver_id}/approve",
        "Approve a waiver",
        {201: "waiver", 404: "problem", 409: "problem"},
        parameters=(("path", "waiver_id", ID),),
        repeats=True,
    ),
    Operation(
        "post",
        "/v1/waivers/{waiver_id}/revoke",
        "Revoke a waiver",
        {201: "waiver", 404: "problem", 409: "problem"},
        parameters=(("path", "waiver_id", ID),),
        repeats=True,
    ),
)
