"""RECEIVE: delivery tools ask before they go on; each path speaks one dialect."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from app.api import submissions
from app.api.context import permits
from app.api.enforcement import dialects, question
from app.domain.caller import Action
from app.domain.errors import InvalidSubmissionError

blueprint = Blueprint("delivery_tools", __name__)
# No route answers OPTIONS: its 200 would be a yes to tools that read a status.


@blueprint.route("/v1/enforcement/body", methods=["GET", "POST"], provide_automatic_options=False)
@permits(Action.ENFORCE)
def answer_in_body() -> Response:
    """Answer 200 whatever was decided; `allow` in the body tells."""
    return dialects.BODY.answer(question.answer(_asked()))


@blueprint.route("/v1/enforcement/status", methods=["GET", "POST"], provide_automatic_options=False)
@permits(Action.ENFORCE)
def answer_in_status() -> Response:
    """Answer 200 for an allow, 409 while it waits, 403 for a deny; the body says why."""
    return dialects.STATUS.answer(question.answer(_asked()))


@blueprint.post("/v1/enforcement/flagger/gate", provide_automatic_options=False)
@permits(Action.ENFORCE)
def answer_flagger() -> Response:
    """Let Flagger go on only if the release that its hook's metadata names is allowed."""
    return dialects.FLAGGER_GATE.answer(question.answer(_flagger()))


@blueprint.post("/v1/enforcement/flagger/rollback", provide_automatic_options=False)
@permits(Action.ENFORCE)
def answer_flagger_rollback() -> Response:
    """Let Flagger roll back what is not allowed: here a 2xx means out with it."""
    return dialects.FLAGGER_ROLLBACK.answer(question.answer(_flagger()))


def _asked() -> question.Question:
    # Only the query is read: what tools put into headers and bodies can be secrets of theirs.
    unknown = set(request.args) - set(question.NAMES)
    if unknown:
        expected = ", ".join(question.NAMES)
        raise InvalidSubmissionError(f"unknown query parameter: expected {expected}")
    twice = [name for name, values in request.args.lists() if len(values) > 1]
    if twice:
        raise InvalidSubmissionError(f"{twice[0]} is given twice", pointer=f"/{twice[0]}")
    return question.question(request.args)


def _flagger() -> question.Question:
    hook: dict[str, Any] = submissions.body("flagger_hook")
    return question.question(hook.get("metadata", {}), "/metadata")
