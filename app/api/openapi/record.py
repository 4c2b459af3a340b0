"""The routes of the log: search, export, proofs."""

from __future__ import annotations

from app.api.openapi.operation import ID, TEXT, Operation
from app.domain.log.question import Field

_SEQ = ("path", "seq", {"type": "integer", "minimum": 0})
_FILTERS = tuple(
    ("query", name, TEXT) for name in ("q", "from", "to", *(field.value for field in Field))
)
OPERATIONS = (
    Operation(
        "get",
        "/v1/log",
        "Search the log",
        {200: "log_page"},
        parameters=(*_FILTERS, ("query", "cursor", TEXT), ("query", "limit", TEXT)),
    ),
    Operation(
        "get",
        "/v1/log/export",
        "Export the log",
        {200: None},
        parameters=(*_FILTERS, ("query", "format", TEXT), ("query", "start", TEXT)),
    ),
    Operation(
        "get",
        "/v1/log/released",
        "Read what was released",
        {200: "decision", 404: "problem"},
        parameters=tuple(("query", name, TEXT) for name in ("model", "stage", "at")),
    ),
    Operation(
        "get",
        "/v1/log/on-stage",
        "Read what stood on a stage",
        {200: None, 404: "problem"},
        parameters=tuple(("query", name, TEXT) for name in ("model", "stage", "at")),
    ),
    Operation(
        "post",
        "/v1/log/erasures",
        "Erase personal texts",
        {201: "erasure", 404: "problem"},
        "erasure_request",
        repeats=True,
    ),
    Operation(
        "get",
        "/v1/log/entries/{seq}/personal",
        "Read personal texts",
        {200: "personal_texts", 404: "problem"},
        parameters=(_SEQ,),
    ),
    Operation("get", "/v1/log/archives", "List archives", {200: "log_archives"}),
    Operation(
        "post",
        "/v1/log/archives",
        "Record an archive and let go of what is in it",
        {201: "log_archived", 409: "problem"},
        "archive_request",
        repeats=True,
    ),
    Operation("get", "/v1/log/holds", "List legal holds", {200: "hold_list"}),
    Operation(
        "post",
        "/v1/log/holds",
        "Place a legal hold",
        {201: "hold_placed"},
        "hold_request",
        repeats=True,
    ),
    Operation(
        "post",
        "/v1/log/holds/{hold_id}/release",
        "Release a legal hold",
        {201: "hold_released", 404: "problem"},
        "hold_release_request",
        parameters=(("path", "hold_id", ID),),
        repeats=True,
    ),
    Operation("get", "/v1/log/key", "Read the key of the log", {200: None}),
    Operation(
        "get",
        "/v1/log/checkpoint",
        "Read the checkpoint of the log",
        {200: None, 404: "problem"},
        parameters=(("query", "witnessed", TEXT),),
    ),
    Operation(
        "post",
        "/v1/log/cosignatures",
        "Keep cosignatures of witnesses",
        {201: "cosignatures_kept", 404: "problem"},
        "cosignatures",
    ),
    Operation(
        "get",
        "/v1/log/consistency",
        "Prove consistency",
        {200: "log_consistency", 404: "problem"},
        parameters=(("query", "old", TEXT), ("query", "new", TEXT)),
    ),
    Operation(
        "get",
        "/v1/log/tile/{level}/{place}",
        "Read a tile of the log",
        {200: None, 404: "problem"},
        parameters=(("path", "level", TEXT), ("path", "place", TEXT)),
    ),
    Operation(
        "get",
        "/v1/log/entries/{seq}",
        "Read an entry",
        {200: None, 404: "problem"},
        parameters=(_SEQ,),
    ),
    Operation(
        "get",
        "/v1/log/entries/{seq}/receipt",
        "Prove an entry",
        {200: None, 404: "problem"},
        parameters=(_SEQ,),
    ),
    Operation(
        "get",
        "/v1/decisions/{decision_id}/receipt",
        "Prove a decision",
        {200: None, 404: "problem"},
        parameters=(("path", "decision_id", ID),),
    ),
)
