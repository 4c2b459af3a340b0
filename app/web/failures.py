"""ANSWER, when it failed: a page that says what went wrong and what one can do."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, g, render_template, request, url_for
from structlog import get_logger
from werkzeug.exceptions import HTTPException

from app.domain import errors
from app.web import session

TITLES = {
    400: "That could not be read",
    401: "Please sign in again",
    403: "You may not do this",
    404: "There is nothing here",
    405: "That cannot be done here",
    409: "Somebody was faster",
    410: "It is in an archive",
    413: "That is too large",
    422: "That is not what was expected",
    503: "The gate cannot answer now",
}
REFUSED = "That was refused"
OVERTAKEN = "this was changed while you read: load the page, and look once more"
KINDS: tuple[tuple[type[errors.GateError], int], ...] = (
    (errors.MalformedDocumentError, 400),
    (errors.TooLargeError, 413),
    (errors.SubmissionError, 422),
    (errors.UnauthenticatedError, 401),
    (errors.ForbiddenError, 403),
    (errors.NotFoundError, 404),
    (errors.ArchivedError, 410),
    (errors.MovedError, 409),
    (errors.ConflictError, 409),
    (errors.RefusedError, 409),
    (errors.MachineryError, 503),
)
"""Kind of error and status, the first that fits; any other is a fault of ours: 500."""

_logger = get_logger("countersign.web")


def register(blueprint: Blueprint) -> None:
    """Turn every error of a page into a page."""
    blueprint.register_error_handler(errors.GateError, gate_error)
    blueprint.register_error_handler(HTTPException, http_error)
    blueprint.register_error_handler(Exception, _fault)


def gate_error(error: errors.GateError) -> tuple[str, int]:
    """Write the page for what the gate could not do."""
    status = next((status for kind, status in KINDS if isinstance(error, kind)), 500)
    _logger.info("page", code=error.code, status=status, message=error.message, detail=error.detail)
    message = error.message
    if isinstance(error, errors.MovedError):
        message = f"{OVERTAKEN} ({message})"
    is_refused = isinstance(error, errors.ConflictError | errors.RefusedError)
    return page(status, message, REFUSED if is_refused else None)


def page(status: int, message: str, said: str | None = None) -> tuple[str, int]:
    """Write the page of an error, under what is said of its status unless it says so itself."""
    title = said or TITLES.get(status, "The gate failed")
    known, request_id = g.get("caller"), g.get("request_id", "")
    back = "/" if known else url_for("web.signing.page", to=_came_from())
    given = {"message": message, "reference": request_id, "known": known, "back": back}
    return render_template("failure.html", title=title, **given), status


def http_error(error: HTTPException) -> tuple[str, int]:
    """Write the page for what HTTP itself does not allow, or does not find."""
    return page(error.code or 500, (error.description or error.name).rstrip("."))


def _came_from() -> str | None:
    # Whose session ended while they wrote in a form comes back to the form.
    came = urlsplit(request.referrer or "")
    is_ours = came.netloc == request.host
    return session.local(f"{came.path}?{came.query}".rstrip("?")) if is_ours else None


def _fault(error: Exception) -> tuple[str, int]:
    # The last net: a fault of ours must reach the operator whole and the reader not at all.
    _logger.error("fault", error=type(error).__name__, exc_info=error)
    return page(500, "the gate failed; the operator's log has the details")
