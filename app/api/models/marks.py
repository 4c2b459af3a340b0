"""RECEIVE: marks on a release, and the signed list of what is revoked."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.api import answers, submissions
from app.api.context import caller, permits, ports
from app.api.models import written
from app.domain.caller import Action
from app.domain.digest import Digest
from app.domain.models.mark import State
from app.gate.models import mark
from app.gate.submissions import acts

blueprint = Blueprint("model_marks", __name__)

BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"


@blueprint.post("/v1/releases/<release_digest>/marks")
@permits(Action.REVOKE)
def post_mark(release_digest: str) -> Response:
    """Mark the bytes of a release: under review, clear again, or revoked for good."""
    release = Digest(release_digest)
    asked = submissions.body("mark_request")
    state, reason = State(asked["state"]), asked["reason"]
    key = submissions.idempotency()
    act = acts.mark_release(release, state, reason, caller(), ports(), key)
    return answers.document(written.marked(act), 201)


@blueprint.get("/v1/revocations")
@permits(Action.READ)
def read_revocations() -> Response:
    """Give the list of revoked releases, signed by the gate, to be cached for minutes."""
    signed = mark.signed_revocations(ports())
    answer = Response(signed.bundle, mimetype=BUNDLE)
    if request.if_none_match.contains_weak(signed.etag):
        answer = Response(status=304, mimetype=BUNDLE)
    # Weak (RFC 9110 section 8.8.1): the same list is signed anew each time, in other bytes.
    answer.set_etag(signed.etag, weak=True)
    answer.headers["Cache-Control"] = f"private, max-age={int(signed.fresh_for.total_seconds())}"
    return answer
