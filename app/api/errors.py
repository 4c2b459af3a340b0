"""ANSWER, when it failed: the one table from error to status, and problem documents (RFC 9457)."""

from __future__ import annotations

from flask import Flask, Response, g
from structlog import get_logger
from werkzeug.exceptions import HTTPException, NotFound, RequestEntityTooLarge

from app.domain import errors
from app.domain.canonical import canonical_json

NO_ROUTE = "there is nothing at this path: GET /openapi.json lists what there is"
STATUS: dict[type[errors.GateError], int] = {
    errors.MalformedDocumentError: 400,
    errors.InvalidSubmissionError: 422,
    errors.InvalidDigestError: 422,
    errors.DocumentMissingError: 422,
    errors.OutdatedError: 409,
    errors.TooLargeError: 413,
    errors.MediaTypeError: 415,
    errors.IdempotencyConflictError: 422,
    errors.UnauthenticatedError: 401,
    errors.ForbiddenError: 403,
    errors.NotFoundError: 404,
    errors.ArchivedError: 410,
    errors.ConflictError: 409,
    errors.MovedError: 409,
    errors.OvertakenError: 412,
    errors.UnconditionalError: 428,
    errors.VersionConflictError: 409,
    errors.NotAllowedError: 409,
    errors.MarkedError: 409,
    errors.RollbackRefusedError: 409,
    errors.HeldError: 409,
    errors.PolicyEngineError: 503,
    errors.VerifierError: 503,
    errors.IssuerError: 503,
    errors.AttestorError: 503,
    errors.StoreError: 503,
    errors.EntryLostError: 503,
}
"""Every error class that is raised, and its status; any other is a fault of ours: 500."""

TITLES = {
    400: "The document cannot be read",
    401: "Nobody the gate knows",
    403: "Not permitted",
    404: "Not found",
    405: "Method not allowed",
    409: "The record says otherwise",
    410: "In an archive",
    412: "Somebody was faster",
    413: "Too large",
    415: "Unsupported media type",
    428: "Say what you saw",
    422: "The document is not what was expected",
    500: "The gate failed",
    503: "The gate cannot decide",
}

_logger = get_logger("countersign.api")


def register(app: Flask) -> None:
    """Turn every error into a problem document; nothing else reaches a caller."""
    app.register_error_handler(errors.GateError, _gate_error)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _fault)


def problem(status: int, code: str, detail: str, pointer: str | None = None) -> Response:
    """Write a problem document."""
    members = {
        "type": f"https://countersign.dev/problems/{code}",
        "title": TITLES.get(status, "The request cannot be answered"),
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": g.get("request_id", ""),
    }
    if pointer is not None:
        members["pointer"] = pointer
    answer = Response(canonical_json(members), status, mimetype="application/problem+json")
    if status == 401:  # noqa: PLR2004 - RFC 9110 section 11.6.1 wants the challenge with a 401
        answer.headers["WWW-Authenticate"] = 'Bearer realm="countersign"'
    if status == 503:  # noqa: PLR2004 - RFC 9110 section 15.6.4
        answer.headers["Retry-After"] = "1"
    return answer


def _gate_error(error: errors.GateError) -> Response:
    status = STATUS.get(type(error), 500)
    log = _logger.error if status >= 500 else _logger.info  # noqa: PLR2004 - server errors
    log("problem", code=error.code, status=status, message=error.message, detail=error.detail)
    pointer = error.pointer if isinstance(error, errors.SubmissionError) else None
    return problem(status, error.code, error.message, pointer)


def _too_large(_: RequestEntityTooLarge) -> Response:
    return problem(413, "too_large", "the body is over the limit", "")


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    said = NO_ROUTE if isinstance(error, NotFound) else error.description or error.name
    answer = problem(status, error.name.lower().replace(" ", "_"), said)
    if status == 405:  # noqa: PLR2004 - RFC 9110 section 15.5.6 wants Allow
        answer.headers["Allow"] = dict(error.get_headers()).get("Allow", "")
    return answer


def _fault(error: Exception) -> Response:
    # The last net: a fault of ours must reach the operator whole and the caller not at all.
    _logger.error("fault", error=type(error).__name__, exc_info=error)
    return problem(500, "internal_error", "the gate failed; the operator's log has the details")
