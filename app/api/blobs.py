"""RECEIVE: documents by digest: evidence, signature bundles, policy inputs."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.api import answers
from app.api.context import context, permits, ports
from app.domain.caller import Action
from app.domain.digest import Digest
from app.domain.errors import (
    InvalidDigestError,
    MalformedDocumentError,
    NotFoundError,
    TooLargeError,
)

blueprint = Blueprint("blobs", __name__)
_CHUNK = 64 * 1024


@blueprint.put("/v1/blobs/<sha256>")
@permits(Action.UPLOAD)
def put_blob(sha256: str) -> Response:
    """Keep a document under its digest; the same document twice is one document."""
    digest = Digest(sha256)
    content = _upload(context().max_document_bytes)
    actual = Digest.of(content)
    if actual != digest:
        raise InvalidDigestError(f"the document's digest is {actual}, not {digest}")
    is_new = ports().documents.put(digest, content)
    members = {"sha256": digest, "size": len(content), "is_new": is_new}
    return answers.document(members, status=201 if is_new else 200)


@blueprint.get("/v1/blobs/<sha256>")
@permits(Action.READ)
def read_blob(sha256: str) -> Response:
    """Give a document's bytes, as a file to keep and never as a page to show."""
    content = ports().documents.read(Digest(sha256))
    if content is None:
        raise NotFoundError(f"no document {sha256}")
    answer = Response(content, mimetype="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="{sha256}"'
    return answer


def _upload(limit: int) -> bytes:
    # Read in pieces, so that a body over the limit is refused before it is all here.
    if request.headers.get("Content-Encoding"):
        raise MalformedDocumentError("compressed bodies are not accepted: send the document itself")
    request.max_content_length = limit
    if request.content_length is not None and request.content_length > limit:
        raise TooLargeError(f"the document is over the limit of {limit} bytes")
    content = bytearray()
    while chunk := request.stream.read(_CHUNK):
        content += chunk
        if len(content) > limit:
            raise TooLargeError(f"the document is over the limit of {limit} bytes")
    return bytes(content)
