"""RECEIVE: waivers of soft rules: asked for by one, approved by another."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response

from app.api import answers, queries, submissions
from app.api.approvals import moments
from app.api.context import caller, permits, ports
from app.api.models import asked
from app.domain.approvals import waiver
from app.domain.approvals.waiver import WaiverRequest
from app.domain.caller import Action
from app.domain.digest import Digest
from app.domain.errors import OvertakenError
from app.gate.approvals import waiver_report, waivers
from app.gate.submissions import acts

blueprint = Blueprint("waivers", __name__)


@blueprint.post("/v1/waivers")
@permits(Action.REQUEST_WAIVER)
def post_waiver() -> Response:
    """Ask for a waiver; it covers nothing until another approves it."""
    wanted = _asked(submissions.body("waiver_request"))
    entry = waivers.request(wanted, caller(), ports(), submissions.idempotency())
    return answers.recorded(entry, status=201)


@blueprint.post("/v1/waivers/<waiver_id>/approve")
@permits(Action.APPROVE_WAIVER)
def post_waiver_approval(waiver_id: str) -> Response:
    """Approve a waiver that another asked for; what it covers is decided again."""
    _must_be_as_seen(waiver_id)
    act = acts.approve_waiver(waiver_id, caller(), ports(), submissions.idempotency())
    return answers.acted(act, ports().log)


@blueprint.post("/v1/waivers/<waiver_id>/revoke")
@permits(Action.REQUEST_WAIVER)
def post_waiver_revocation(waiver_id: str) -> Response:
    """End a waiver before its time; what rested on it is decided again."""
    _must_be_as_seen(waiver_id)
    act = acts.revoke_waiver(waiver_id, caller(), ports(), submissions.idempotency())
    return answers.acted(act, ports().log)


@blueprint.get("/v1/waivers/report")
@permits(Action.READ)
def read_report() -> Response:
    """Give the waivers that somebody should look at."""
    found = waiver_report.report(caller(), ports())
    members = {
        "unused": [waiver.written(one) for one in found.unused],
        "untold": [waiver.written(one) for one in found.untold],
        "expiring": [waiver.written(one) for one in found.expiring],
        "renewed": [asdict(one) for one in found.renewed],
        "ignored": [asdict(one) for one in found.ignored],
    }
    return answers.document(members)


@blueprint.get("/v1/waivers/<waiver_id>")
@permits(Action.READ)
def read_waiver(waiver_id: str) -> Response:
    """Give one waiver as it is now."""
    entry = waivers.one(waiver_id, caller(), ports())
    answer = answers.recorded(entry)
    answer.headers["ETag"] = f'"{entry.seq}"'
    return answer


@blueprint.get("/v1/waivers")
@permits(Action.READ)
def list_waivers() -> Response:
    """Give the waivers of a model, or all, as they are now; and entries that are none."""
    found = waivers.all_of(queries.model(), caller(), ports())
    malformed = [asdict(one) for one in found.malformed]
    members = {"waivers": [waiver.written(w) for w in found.waivers], "malformed": malformed}
    return answers.document(members)


def _must_be_as_seen(waiver_id: str) -> None:
    # What is asked for never changes, only the state; and that is compared when it is written.
    seen = asked.expected()
    if seen is None:
        return
    entry = waivers.one(waiver_id, caller(), ports())
    if entry.seq != seen.seq:
        raise OvertakenError(f"waiver {waiver_id}", entry.seq)


def _asked(body: dict[str, Any]) -> WaiverRequest:
    start, end = moments.period(body)
    digest = body.get("release_digest")
    return WaiverRequest(
        codes=tuple(body["codes"]),
        model=body["model"],
        release_digest=None if digest is None else Digest(digest),
        stage=body["stage"],
        reason=body["reason"],
        ticket=body["ticket"],
        not_before=start,
        expires_at=end,
    )
