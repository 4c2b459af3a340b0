"""The routes about releases: decisions, and the documents they rest on."""

from __future__ import annotations

from app.api.openapi.operation import (
    BYTES,
    DIGEST,
    ID,
    MOMENT,
    PAGING,
    PLAIN,
    SIGSTORE,
    TEXT,
    Operation,
)

OPERATIONS = (
    Operation(
        "post",
        "/v1/decisions",
        "Decide a release",
        {200: "decision"},
        "submission",
        (("header", "Prefer", TEXT),),
        repeats=True,
    ),
    Operation("get", "/v1/decisions", "List decisions", {200: "decision_page"}, parameters=PAGING),
    Operation(
        "get",
        "/v1/decisions/{decision_id}",
        "Read a decision",
        {200: "decision", 404: "problem"},
        parameters=(("path", "decision_id", ID),),
    ),
    Operation(
        "get",
        "/v1/decisions/{decision_id}/attestation",
        "Attest a decision",
        {200: None, 404: "problem"},
        parameters=(
            ("path", "decision_id", ID),
            ("query", "predicate", {"enum": ["vsa", "svr"]}),
        ),
        media=(SIGSTORE,),
    ),
    Operation(
        "get",
        "/v1/attestation-key",
        "Read the key of attestations",
        {200: None},
        media=("application/x-pem-file",),
    ),
    Operation(
        "post",
        "/v1/rehearsals",
        "Rehearse a decision",
        {200: "decision"},
        "submission",
        parameters=(
            ("query", "at", MOMENT),
            ("query", "point", {"enum": ["ci", "promotion", "admission", "audit"]}),
        ),
    ),
    Operation(
        "put",
        "/v1/blobs/{sha256}",
        "Upload a document",
        {200: "blob", 201: "blob"},
        "bytes",
        parameters=(("path", "sha256", DIGEST),),
    ),
    Operation(
        "get",
        "/v1/blobs/{sha256}",
        "Read a document",
        {200: None, 404: "problem"},
        parameters=(("path", "sha256", DIGEST),),
        media=(BYTES,),
    ),
    Operation(
        "get",
        "/v1/bundles/gate.tar.gz",
        "Fetch the signed bundle of the policies",
        {200: None, 304: None, 404: "problem"},
        parameters=(("header", "If-None-Match", TEXT), ("header", "Prefer", TEXT)),
        media=("application/gzip", "application/vnd.openpolicyagent.bundles"),
    ),
    Operation("get", "/livez", "Is the process alive?", {200: "health"}, is_open=True),
    Operation(
        "get", "/readyz", "Can the gate decide?", {200: "health", 503: "health"}, is_open=True
    ),
    Operation("get", "/metrics", "Metrics for Prometheus", {200: None}, media=(PLAIN,)),
    Operation("get", "/openapi.json", "This document", {200: None}),
)
