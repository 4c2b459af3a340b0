"""RECEIVE: from the bytes of a request to the values that the use cases take."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from flask import request

from app.api import contracts
from app.api.context import caller, context
from app.domain.canonical import pointer, read_json
from app.domain.digest import Digest
from app.domain.entry import Idempotency
from app.domain.errors import InvalidSubmissionError, MalformedDocumentError, TooLargeError
from app.domain.release import (
    ChangePlan,
    DocumentReference,
    EvidenceReference,
    File,
    ModelVersion,
    RollbackTarget,
    Submission,
)
from app.domain.submissions.submitted import Addition

_LONGEST_KEY = 255


def body(schema: str) -> dict[str, Any]:
    """Read the request's JSON body strictly and check it against a schema.

    Raises TooLargeError, MalformedDocumentError, InvalidSubmissionError.
    """
    if request.headers.get("Content-Encoding"):
        raise MalformedDocumentError("compressed bodies are not accepted: send plain JSON")
    document = read_json(content(context().max_body_bytes))
    contracts.check(schema, document)
    checked: dict[str, Any] = document
    return checked


def idempotency() -> Idempotency | None:
    """Read the Idempotency-Key header, bound to the caller and to these very bytes."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not key.isascii() or not key.isprintable() or not 1 <= len(key) <= _LONGEST_KEY:
        message = f"Idempotency-Key: expected 1 to {_LONGEST_KEY} printable ASCII characters"
        raise InvalidSubmissionError(message)
    asked = f"{request.method} {request.path}\n".encode() + content(context().max_body_bytes)
    return Idempotency(caller().subject, key, Digest.of(asked))


def submission(document: Mapping[str, Any]) -> Submission:
    """Turn a document that fits schemas/submission.json into a Submission."""
    plan, brought = document.get("change_plan"), addition(document)
    return Submission(
        model=ModelVersion(**document["model"]),
        files=tuple(
            File(file["path"], file["size"], Digest(file["sha256"])) for file in document["files"]
        ),
        stage=document["stage"],
        risk_tier=document["risk_tier"],
        model_card=brought.model_card,
        evaluations=brought.evaluations,
        bundles=brought.bundles,
        change_note=brought.change_note,
        rollback=brought.rollback,
        people={duty: tuple(who) for duty, who in document.get("people", {}).items()},
        change_plan=plan and ChangePlan(Digest(plan["sha256"]), plan["kind"]),
        references=tuple(document.get("references", [])),
        clusters=tuple(document.get("clusters", [])),
    )


def addition(document: Mapping[str, Any]) -> Addition:
    """Read what a submission brings at once, or later in a document of schemas/addition.json."""
    card, rollback = document.get("model_card"), document.get("rollback")
    return Addition(
        model_card=None if card is None else _evidence(card, "/model_card"),
        evaluations=tuple(
            _evidence(evaluation, pointer("evaluations", index))
            for index, evaluation in enumerate(document.get("evaluations", []))
        ),
        bundles=tuple(
            _document(bundle, pointer("bundles", index))
            for index, bundle in enumerate(document.get("bundles", []))
        ),
        change_note=document.get("change_note"),
        rollback=rollback
        and RollbackTarget(rollback["version"], Digest(rollback["release_digest"])),
    )


def content(limit: int) -> bytes:
    """Read the bytes of the body. Raises TooLargeError."""
    request.max_content_length = limit
    if request.content_length is not None and request.content_length > limit:
        raise TooLargeError(f"the body is over the limit of {limit} bytes")
    return request.get_data(cache=True)


def _evidence(document: Mapping[str, Any], at: str) -> EvidenceReference:
    files = tuple(
        _document(file, at + pointer("files", index))
        for index, file in enumerate(document["files"])
    )
    mapping = document.get("mapping")
    if mapping is not None:
        files = (*files, _document(mapping, at + pointer("mapping")))
    return EvidenceReference(files=files, format=document.get("format"))


def _document(document: Mapping[str, Any], at: str) -> DocumentReference:
    sha256 = document.get("sha256")
    return DocumentReference(
        name=document["name"],
        sha256=None if sha256 is None else Digest(sha256),
        content=_inline(document, at),
    )


def _inline(document: Mapping[str, Any], at: str) -> bytes | None:
    if "text" in document and "base64" in document:
        raise InvalidSubmissionError("expected text or base64, not both", pointer=at)
    if "text" in document:
        return str(document["text"]).encode()
    if "base64" not in document:
        return None
    try:
        return base64.b64decode(document["base64"], validate=True)
    except ValueError as error:
        # binascii.Error is one; a letter beyond ASCII is another
        message = f"not base64: {error}"
        raise InvalidSubmissionError(message, pointer=at + "/base64") from error
