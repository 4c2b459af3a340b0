"""Promote and roll back, from what the reader saw on the stage; approve and revoke waivers."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from app.domain.caller import Action
from app.domain.errors import InvalidSubmissionError
from app.domain.log.contention import Expected
from app.domain.release import ModelVersion
from app.gate.models.promote import Promotion
from app.gate.models.promote import promote as move_up
from app.gate.models.roll_back import Rollback
from app.gate.models.roll_back import roll_back as move_back
from app.gate.submissions import acts
from app.web.context import caller, permits, ports

blueprint = Blueprint("moves", __name__)

LONGEST_NOTE = 2000


@blueprint.post("/models/<namespace>/<name>/promotions")
@permits(Action.PROMOTE)
def promote(namespace: str, name: str) -> Answer:
    """Move a stage to an allowed version."""
    model = ModelVersion(namespace, name, request.form.get("version", ""))
    stage = request.form.get("stage", "")
    move_up(Promotion(model, stage, _note(least=0), _expected()), caller(), ports(), None)
    return redirect(url_for("web.models.page", namespace=namespace, name=name), 303)


@blueprint.post("/models/<namespace>/<name>/rollbacks")
@permits(Action.ROLL_BACK)
def roll_back(namespace: str, name: str) -> Answer:
    """Move a stage back to a version that was there before."""
    stage, to = request.form.get("stage", ""), request.form.get("version") or None
    asked = Rollback(f"{namespace}/{name}", stage, to, _note(least=1), _expected())
    move_back(asked, caller(), ports(), None)
    return redirect(url_for("web.models.page", namespace=namespace, name=name), 303)


@blueprint.post("/models/<namespace>/<name>/waivers/<waiver_id>")
@permits(Action.REQUEST_WAIVER)
def decide_on_waiver(namespace: str, name: str, waiver_id: str) -> Answer:
    """Approve or revoke a waiver."""
    match request.form.get("do"):
        case "approve":
            acts.approve_waiver(waiver_id, caller(), ports(), None)
        case "revoke":
            acts.revoke_waiver(waiver_id, caller(), ports(), None)
        case _:
            raise InvalidSubmissionError("do: expected approve or revoke")
    if request.form.get("from") == "waivers":
        return redirect(url_for("web.waiving.page"), 303)
    return redirect(url_for("web.models.page", namespace=namespace, name=name), 303)


def _note(*, least: int) -> str:
    note = request.form.get("note", "").strip()
    if not least <= len(note) <= LONGEST_NOTE:
        raise InvalidSubmissionError(f"note: expected {least} to {LONGEST_NOTE} characters")
    return note


def _expected() -> Expected:
    seen = request.form.get("seen", "")
    if seen == "nothing":
        return Expected(None)
    if not seen.isascii() or not seen.isdigit() or len(seen) > 15:  # noqa: PLR2004 - digits of 2**53
        raise InvalidSubmissionError("seen: expected what the page said of the stage")
    return Expected(int(seen))
