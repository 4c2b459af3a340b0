"""RECEIVE: how what was put on a stage does there."""

from __future__ import annotations

from flask import Blueprint, Response

from app.api import answers, submissions
from app.api.context import caller, permits, ports
from app.api.models import asked, written
from app.domain.caller import Action
from app.domain.models.pointer import Check, read_verification
from app.gate.models import verify_stage

blueprint = Blueprint("model_verifications", __name__)

_VERIFICATIONS = "/v1/models/<namespace>/<name>/stages/<stage>/verifications"


@blueprint.post(_VERIFICATIONS)
@permits(Action.PROMOTE)
def post_verification(namespace: str, name: str, stage: str) -> Response:
    """Say how the version that is on the stage does there; it counts until the stage moves."""
    said = submissions.body("verification_request")
    model, where = asked.model(namespace, name), asked.pointer(stage)
    looked = verify_stage.Looked(model, where, Check(said["check"]), said["summary"])
    entry = verify_stage.verify_stage(looked, caller(), ports(), submissions.idempotency())
    return answers.document(written.verification(read_verification(entry)), 201)


@blueprint.get(_VERIFICATIONS)
@permits(Action.READ)
def list_verifications(namespace: str, name: str, stage: str) -> Response:
    """Give every verification on a stage, oldest first."""
    model, where = asked.model(namespace, name), asked.pointer(stage)
    found = verify_stage.verifications(model, where, caller(), ports())
    return answers.document({"verifications": [written.verification(one) for one in found]})
