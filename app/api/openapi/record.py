"""The routes of the log: search, export, proofs."""

from __future__ import annotations

from typing import Any

from app.api.log.numbers import LARGEST
from app.api.openapi.operation import BYTES, ID, MOMENT, PLAIN, TEXT, Operation
from app.domain.entry import Kind
from app.domain.log.exports.formats import MEDIA_TYPES, Format
from app.domain.log.question import LARGEST_PAGE, Field

_SEQ = ("path", "seq", {"type": "integer", "minimum": 0})
_VALUES: dict[Field, dict[str, Any]] = {
    Field.DIGEST: {"type": "string", "pattern": "^(sha256:)?[0-9a-f]{64}$"},
    Field.KIND: {"enum": sorted(Kind)},
}
_FILTERS = (
    ("query", "q", TEXT),
    ("query", "from", MOMENT),
    ("query", "to", MOMENT),
    ("query", "words", TEXT),
    *(("query", field.value, _VALUES.get(field, {**TEXT, "minLength": 1})) for field in Field),
)
_LIMIT = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE}
_SIZE = {"type": "integer", "minimum": 0, "maximum": LARGEST}
_ON_STAGE = (("query", "model", TEXT), ("query", "stage", TEXT), ("query", "at", MOMENT))
_PROOF = ("application/vnd.c2sp.tlog-proof",)
OPERATIONS = (
    Operation(
        "get",
        "/v1/log",
        "Search the log",
        {200: "log_page"},
        parameters=(*_FILTERS, ("query", "cursor", TEXT), ("query", "limit", _LIMIT)),
    ),
    Operation(
        "get",
        "/v1/log/export",
        "Export the log",
        {200: None},
        parameters=(
            *_FILTERS,
            ("query", "format", {"enum": [one.value for one in Format]}),
            ("query", "start", _SIZE),
        ),
        media=tuple(sorted({media.partition(";")[0] for media in MEDIA_TYPES.values()})),
    ),
    Operation(
        "get",
        "/v1/log/released",
        "Read what was released",
        {200: "decision", 404: "problem"},
        parameters=_ON_STAGE,
        needs=("model", "stage"),
    ),
    Operation(
        "get",
        "/v1/log/on-stage",
        "Read what stood on a stage",
        {200: None, 404: "problem"},
        parameters=_ON_STAGE,
        needs=("model", "stage"),
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
    Operation("get", "/v1/log/key", "Read the key of the log", {200: None}, media=(PLAIN,)),
    Operation(
        "get",
        "/v1/log/checkpoint",
        "Read the checkpoint of the log",
        {200: None, 404: "problem"},
        parameters=(("query", "witnessed", {"enum": ["true", "false"]}),),
        media=(PLAIN,),
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
        parameters=(("query", "old", _SIZE), ("query", "new", _SIZE)),
        needs=("old", "new"),
    ),
    Operation(
        "get",
        "/v1/log/tile/{level}/{place}",
        "Read a tile of the log",
        {200: None, 404: "problem"},
        parameters=(("path", "level", TEXT), ("path", "place", TEXT)),
        media=(BYTES,),
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
        media=_PROOF,
        parameters=(_SEQ, ("query", "witnessed", TEXT)),
    ),
    Operation(
        "get",
        "/v1/decisions/{decision_id}/receipt",
        "Prove a decision",
        {200: None, 404: "problem"},
        media=_PROOF,
        parameters=(("path", "decision_id", ID), ("query", "witnessed", TEXT)),
    ),
)
