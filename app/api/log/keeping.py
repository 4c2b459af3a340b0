"""RETENTION: archives, and the legal holds that keep entries out of them."""

from __future__ import annotations

from flask import Blueprint, Response

from app.api import answers, submissions
from app.api.context import caller, permits, ports
from app.domain.caller import Action
from app.domain.digest import Digest
from app.domain.retention.archives import Archive
from app.gate.log import retain

blueprint = Blueprint("log_keeping", __name__)


@blueprint.get("/v1/log/archives")
@permits(Action.OBSERVE)
def read_archives() -> Response:
    """List the archives: their ranges, where they are, and how much is there alone."""
    members = [
        {
            "low": one.archive.low,
            "high": one.archive.high,
            "sha256": one.archive.sha256,
            "location": one.archive.location,
            "recorded": one.seq,
            "left": one.left,
        }
        for one in ports().log.archives()
    ]
    return answers.document({"archives": members})


@blueprint.post("/v1/log/archives")
@permits(Action.ADMINISTER)
def post_archive() -> Response:
    """Record an archive that was read back, and let go of the bodies that nothing needs."""
    asked = submissions.body("archive_request")
    sha256 = Digest(asked["archive_sha256"])
    kept = Archive(asked["low"], asked["high"], sha256, asked["location"])
    key = submissions.idempotency()
    entry = retain.archive(kept, asked["entries_sha256"], caller(), ports(), key)
    return answers.recorded(entry, status=201)


@blueprint.get("/v1/log/holds")
@permits(Action.OBSERVE)
def read_holds() -> Response:
    """List the legal holds in force."""
    return answers.document({"holds": [answers.body(e) for e in retain.holds(ports().log)]})


@blueprint.post("/v1/log/holds")
@permits(Action.ADMINISTER)
def post_hold() -> Response:
    """Place a legal hold."""
    asked = submissions.body("hold_request")
    key = submissions.idempotency()
    entry = retain.hold(asked["on"], asked["reason"], caller(), ports(), key)
    return answers.recorded(entry, status=201)


@blueprint.post("/v1/log/holds/<hold_id>/release")
@permits(Action.ADMINISTER)
def post_release(hold_id: str) -> Response:
    """Release a legal hold."""
    asked = submissions.body("hold_release_request")
    key = submissions.idempotency()
    entry = retain.release(hold_id, asked["reason"], caller(), ports(), key)
    return answers.recorded(entry, status=201)
