"""SEARCH: find entries of the log, and take them away."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from app.api import answers
from app.api.context import caller, permits, ports
from app.api.log.numbers import number
from app.domain.caller import Action
from app.domain.decision import Outcome
from app.domain.entry import Kind
from app.domain.errors import InvalidSubmissionError, NotFoundError, StoreError
from app.domain.identity import tenancy
from app.domain.log import checkpoint, note, question
from app.domain.log.exports.formats import MEDIA_TYPES, Format
from app.domain.log.question import LARGEST_PAGE, MOST_COUNTED, Cursor, Field, Question, Term
from app.gate.log import export

blueprint = Blueprint("log_search", __name__)


@blueprint.get("/v1/log")
@permits(Action.READ)
def search_log() -> Response:
    """Find entries by filters, newest first, with the checkpoint they stand under."""
    given = _given()
    limit = number(given.pop("limit", "50"), "limit", LARGEST_PAGE, least=1)
    cursor = given.pop("cursor", None)
    asked = tenancy.within(caller(), question.of_parameters(given))
    signed = _signed()
    start = None if cursor is None else question.cursor(cursor, asked)
    if start is None and signed is not None:
        size = checkpoint.parse(note.split(signed)[0]).size
        start = Cursor(size, size)
    return _page(asked, start, limit, signed)


@blueprint.get("/v1/log/export")
@permits(Action.EXPORT)
def export_log() -> Response:
    """Take away what a question finds; `start` resumes an export that broke off."""
    given = _given()
    form = _format(given.pop("format", Format.JSONL.value))
    start = number(given.pop("start", "0"), "start")
    asked = tenancy.within(caller(), question.of_parameters(given))
    line = json.dumps(given, sort_keys=True)
    pieces = export.log(asked, line, start, form, caller(), ports())
    return Response(pieces, content_type=MEDIA_TYPES[form])


@blueprint.get("/v1/log/released")
@permits(Action.READ)
def read_released() -> Response:
    """Tell which release of a model was the last to be allowed on a stage at a time."""
    given = _given()
    if set(given) - {"model", "stage", "at"} or {"model", "stage"} - set(given):
        raise InvalidSubmissionError("expected model, stage, and perhaps at")
    project = tenancy.project_of(given["model"])
    tenancy.must_see_project(caller(), project, f"release of {given['model'][:80]!r}")
    until = question.moment(given["at"], "at") + 1 if "at" in given else None
    allowed = (Term(Field.KIND, Kind.DECISION), Term(Field.OUTCOME, Outcome.ALLOW))
    of_model = (Term(Field.MODEL, given["model"]), Term(Field.STAGE, given["stage"]))
    found = ports().log.search(Question((*allowed, *of_model), until=until), None, 1)
    if not found.entries:
        raise NotFoundError("no release of this model was allowed on this stage by then")
    return answers.recorded(found.entries[0])


@blueprint.get("/v1/log/on-stage")
@permits(Action.READ)
def read_on_stage() -> Response:
    """Tell what stood on a stage of a model at a time: the entry that put it there."""
    given = _given()
    if set(given) - {"model", "stage", "at"} or {"model", "stage"} - set(given):
        raise InvalidSubmissionError("expected model, stage, and perhaps at")
    until = question.moment(given["at"], "at") + 1 if "at" in given else None
    project = tenancy.project_of(given["model"])
    tenancy.must_see_project(caller(), project, f"stage of {given['model'][:80]!r}")
    found = ports().log.at_place(f"stage:{given['model']}:{given['stage']}", until=until)
    if found is None:
        raise NotFoundError("nothing was put on this stage of this model by then")
    return answers.recorded(found)


def _given() -> dict[str, str]:
    for name, values in request.args.lists():
        if len(values) > 1:
            raise InvalidSubmissionError(f"{name[:40]}: given more than once")
    return request.args.to_dict()


def _signed() -> str | None:
    # A log that cannot be signed, such as a frozen one, is still read: now more than ever.
    try:
        return ports().log.checkpoint()
    except StoreError:
        return None


def _page(asked: Question, start: Cursor | None, limit: int, signed: str | None) -> Response:
    found = ports().log.search(replace(asked, is_for_archived=True), start, limit)
    members: dict[str, Any] = {
        "entries": [answers.body(entry) for entry in found.entries],
        "next_cursor": found.cursor and found.cursor.text(asked),
        "as_of": {"size": found.high, **({"checkpoint": signed} if signed else {})},
    }
    if found.total is not None:
        members["total"] = min(found.total, MOST_COUNTED)
        members["is_total_exact"] = found.is_total_exact
    return answers.document(members)


def _format(text: str) -> Format:
    try:
        return Format(text)
    except ValueError as error:
        known = ", ".join(Format)
        raise InvalidSubmissionError(f"format: expected one of {known}") from error
