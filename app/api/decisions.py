"""RECEIVE: POST /v1/decisions -> decide, /v1/rehearsals -> rehearse; GET one, its attestation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request

from app.api import answers, submissions
from app.api.context import caller, permits, ports
from app.api.log import receipts
from app.domain.caller import Action
from app.domain.decision import Point
from app.domain.entry import Entry, Kind
from app.domain.errors import InvalidSubmissionError
from app.domain.identity import tenancy
from app.domain.log import question
from app.domain.log.question import Cursor, Field, Question, Term
from app.gate import decide
from app.gate.log import export

blueprint = Blueprint("decisions", __name__)

_END = 2**53
"""Beyond every place: the log is read from its end, and not counted."""
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"


@blueprint.post("/v1/decisions")
@permits(Action.SUBMIT)
def post_decision() -> Response:
    """Decide a release; the decision is recorded before it is answered."""
    document = submissions.body("submission")
    submission = submissions.submission(document)
    decision = decide.decide(submission, caller(), ports(), submissions.idempotency())
    return receipts.answered(decision)


@blueprint.post("/v1/rehearsals")
@permits(Action.REHEARSE)
def post_rehearsal() -> Response:
    """Take the same steps and record nothing; `at` says as of which time, `point` where."""
    submission = submissions.submission(submissions.body("submission"))
    at, point = _asked_time(), _asked_point()
    return answers.document(decide.rehearse(submission, caller(), ports(), at, point).body)


@blueprint.get("/v1/decisions/<decision_id>")
@permits(Action.READ)
def read_decision(decision_id: str) -> Response:
    """Give one decision, as it was recorded."""
    return answers.recorded(_visible(decision_id))


@blueprint.get("/v1/decisions/<decision_id>/attestation")
@permits(Action.READ)
def read_attestation(decision_id: str) -> Response:
    """Sign what was decided: a verification summary (`vsa`), or for an allow a result (`svr`)."""
    unknown = set(request.args) - {"predicate"}
    if unknown:
        raise InvalidSubmissionError(f"unknown query parameter {min(unknown)[:80]!r}")
    _visible(decision_id)
    predicate = request.args.get("predicate", export.VSA)
    return Response(export.attestation(decision_id, predicate, ports()), mimetype=BUNDLE)


@blueprint.get("/v1/attestation-key")
@permits(Action.READ)
def read_attestation_key() -> Response:
    """Give the public key of the gate's statements, in PEM."""
    return Response(ports().attestor.public_key(), mimetype="application/x-pem-file")


@blueprint.get("/v1/decisions")
@permits(Action.READ)
def list_decisions() -> Response:
    """Give a page of decisions, newest first."""
    before, limit = answers.page_asked_for()
    asked = tenancy.within(caller(), Question((Term(Field.KIND, Kind.DECISION.value),)))
    found = ports().log.search(asked, Cursor(_END if before is None else before, _END + 1), limit)
    members: dict[str, Any] = {
        "decisions": [answers.body(entry) for entry in found.entries],
        "next_cursor": answers.cursor(None if found.cursor is None else found.cursor.before),
    }
    return answers.document(members)


def _asked_time() -> datetime | None:
    if unknown := set(request.args) - {"at", "point"}:
        message = f"unknown query parameter {min(unknown)[:80]!r}: expected at or point"
        raise InvalidSubmissionError(message)
    given = request.args.get("at")
    return None if given is None else question.time(given, "at")


def _asked_point() -> Point | None:
    given = request.args.get("point")
    if given is not None and given not in set(Point):
        expected = ", ".join(Point)
        raise InvalidSubmissionError(f"no point {given[:80]!r}: expected one of {expected}")
    return None if given is None else Point(given)


def _visible(decision_id: str) -> Entry:
    entry = ports().log.find(decision_id, Kind.DECISION)
    return tenancy.must_see(caller(), entry, f"decision {decision_id[:80]!r}")
