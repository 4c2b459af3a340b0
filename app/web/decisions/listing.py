"""Decisions, found by one line or by filters, in pages that do not shift; and taken away."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Blueprint, Response, render_template, request

from app.domain.caller import Action
from app.domain.decision import Outcome
from app.domain.entry import Kind
from app.domain.errors import InvalidSubmissionError
from app.domain.log import question
from app.domain.log.exports.formats import MEDIA_TYPES, Format
from app.domain.log.question import Found, Question
from app.web import seeing
from app.web.context import permits
from app.web.decisions import naming

blueprint = Blueprint("decisions", __name__)

PAGE = 25
FILTERS = ("outcome", "stage", "model", "from", "to")
NAMES = {Format.JSONL: "jsonl", Format.CSV: "csv", Format.OSCAL: "oscal.json"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader asks for: the form's own words, and what they mean."""

    line: str
    filters: dict[str, str]
    kind: str
    question: Question

    @property
    def parameters(self) -> dict[str, str]:
        """Write what was asked as parameters of an address."""
        return {"q": self.line, "kind": self.kind, **self.filters}


@blueprint.get("/decisions")
@permits(Action.READ)
def page() -> str | tuple[str, int]:
    """Show a page of what was asked for; a script replaces only the list."""
    template = "_decision_list.html" if "HX-Request" in request.headers else "decisions.html"
    try:
        asked = _asked()
        found = _found(asked)
    except InvalidSubmissionError as error:
        sent = {"kind": Kind.DECISION.value, **request.args.to_dict()}
        shown = render_template(template, asked=sent, wrong=error.message, **_NOTHING)
        return shown, 422
    seen = [seeing.seen(entry) for entry in found.entries]
    following = found.cursor and found.cursor.text(asked.question)
    named = [(one, naming.of(one)) for one in seen]
    given = {**_NOTHING, "found": found, "named": named, "following": following}
    return render_template(template, asked=asked.parameters, wrong="", **given)


@blueprint.get("/decisions/export")
@permits(Action.EXPORT)
def export() -> Response:
    """Give all that was asked for as a file; the export itself is recorded."""
    form = _format(request.args.get("format", ""))
    asked = _asked()
    answer = Response(seeing.export(asked.question, asked.parameters, form))
    answer.content_type = MEDIA_TYPES[form]
    answer.headers["Content-Disposition"] = f"attachment; filename=decisions.{NAMES[form]}"
    return answer


_NOTHING = {
    "found": None,
    "named": [],
    "following": None,
    "kinds": [kind.value for kind in Kind],
    "outcomes": [outcome.value for outcome in Outcome],
}


def _asked() -> Asked:
    line = request.args.get("q", "").strip()
    kind = request.args.get("kind", Kind.DECISION.value)
    filters = {name: request.args.get(name, "").strip() for name in FILTERS}
    given = {name: value for name, value in filters.items() if value}
    named = {"q": line, **given, **({"kind": kind} if kind else {})}
    return Asked(line, given, kind, question.of_parameters(named))


def _found(asked: Asked) -> Found:
    cursor = request.args.get("cursor")
    start = None if not cursor else question.cursor(cursor, asked.question)
    # As exports do: what is in an archive was decided, too, and tells where it is.
    return seeing.search(replace(asked.question, is_for_archived=True), start, PAGE)


def _format(text: str) -> Format:
    try:
        return Format(text)
    except ValueError as error:
        raise InvalidSubmissionError(f"format: expected one of {', '.join(Format)}") from error
