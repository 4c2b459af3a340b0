"""Routes of tokens, users and callers."""

from __future__ import annotations

from app.api.openapi.operation import ID, SEEN, Operation

OPERATIONS = (
    Operation("post", "/v1/tokens", "Issue a token", {201: "token"}, "token_request"),
    Operation("get", "/v1/tokens", "List tokens", {200: "token_list"}),
    Operation(
        "post",
        "/v1/tokens/{token_id}/revoke",
        "Revoke a token",
        {200: None, 404: "problem"},
        parameters=(("path", "token_id", ID),),
    ),
    Operation("post", "/v1/users", "Add a user", {201: "invitation"}, "user_request"),
    Operation("get", "/v1/users", "List users", {200: "user_list"}),
    Operation(
        "get",
        "/v1/users/{name}",
        "Read a user",
        {200: "user", 404: "problem"},
        parameters=(("path", "name", ID),),
    ),
    Operation(
        "put",
        "/v1/users/{name}/roles",
        "Change the roles of a user",
        {200: "user", 404: "problem", 409: "problem", 428: "problem"},
        "user_roles",
        parameters=(("path", "name", ID), *SEEN),
    ),
    Operation(
        "post",
        "/v1/users/{name}/invite",
        "Invite a user",
        {201: "invitation", 404: "problem"},
        parameters=(("path", "name", ID),),
    ),
    Operation(
        "post",
        "/v1/users/{name}/disable",
        "Disable a user",
        {200: "user", 404: "problem"},
        parameters=(("path", "name", ID),),
    ),
    Operation("get", "/v1/caller", "Who am I?", {200: "caller"}),
)
