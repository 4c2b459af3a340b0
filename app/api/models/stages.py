"""RECEIVE: promotions, rollbacks and aliases; where pointers stand and stood."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response

from app.api import answers, submissions
from app.api.context import caller, permits, ports
from app.api.models import asked, written
from app.domain.caller import Action
from app.domain.entry import Entry
from app.domain.models import pointer
from app.domain.models.pointer import Pointer
from app.gate.models import ask, point, promote, roll_back

blueprint = Blueprint("model_stages", __name__)

_STAGE = "/v1/models/<namespace>/<name>/stages/<stage>"
_ALIAS = "/v1/models/<namespace>/<name>/aliases/<alias>"


@blueprint.get(_STAGE)
@permits(Action.READ)
def read_stage(namespace: str, name: str, stage: str) -> Response:
    """Tell which version is on a stage, or was `at` a time."""
    at = asked.moment(asked.parameters("at"), "at")
    found = ask.stage(asked.model(namespace, name), asked.pointer(stage), caller(), ports(), at)
    return written.tagged(written.pointer(found), found.seq)


@blueprint.get(f"{_STAGE}/history")
@permits(Action.READ)
def read_stage_history(namespace: str, name: str, stage: str) -> Response:
    """Give every promotion and rollback on a stage, oldest first."""
    model, pointed = asked.model(namespace, name), asked.pointer(stage)
    return _listed(ask.stage_history(model, pointed, caller(), ports()))


@blueprint.post(f"{_STAGE}/promotions")
@permits(Action.PROMOTE)
def post_promotion(namespace: str, name: str, stage: str) -> Response:
    """Promote a version that is allowed; the one that was there is demoted at once."""
    document = submissions.body("promotion_request")
    model = asked.version(namespace, name, document["version"])
    note, seen = document.get("note", ""), asked.expected()
    wanted = promote.Promotion(model, asked.pointer(stage), note, seen)
    return _moved(promote.promote(wanted, caller(), ports(), submissions.idempotency()))


@blueprint.post(f"{_STAGE}/rollbacks")
@permits(Action.ROLL_BACK)
def post_rollback(namespace: str, name: str, stage: str) -> Response:
    """Roll back to a version that was on the stage before; policy is not asked."""
    document = submissions.body("rollback_request")
    wanted = roll_back.Rollback(
        asked.model(namespace, name),
        asked.pointer(stage),
        document.get("version"),
        document["reason"],
        asked.expected(),
    )
    return _moved(roll_back.roll_back(wanted, caller(), ports(), submissions.idempotency()))


@blueprint.get(_ALIAS)
@permits(Action.READ)
def read_alias(namespace: str, name: str, alias: str) -> Response:
    """Tell which version an alias names, or named `at` a time."""
    at = asked.moment(asked.parameters("at"), "at")
    found = ask.alias(asked.model(namespace, name), asked.pointer(alias), caller(), ports(), at)
    return written.tagged(written.pointer(found), found.seq)


@blueprint.get(f"{_ALIAS}/history")
@permits(Action.READ)
def read_alias_history(namespace: str, name: str, alias: str) -> Response:
    """Give every move of an alias, oldest first."""
    model, pointed = asked.model(namespace, name), asked.pointer(alias)
    return _listed(ask.alias_history(model, pointed, caller(), ports()))


@blueprint.put(_ALIAS)
@permits(Action.PROMOTE)
def put_alias(namespace: str, name: str, alias: str) -> Response:
    """Point an alias at a version. It names; it allows nothing."""
    document = submissions.body("alias_request")
    model = asked.version(namespace, name, document["version"])
    wanted = point.Alias(model, asked.pointer(alias), document.get("note", ""), asked.expected())
    return _moved(point.point(wanted, caller(), ports(), submissions.idempotency()))


@blueprint.get("/v1/promotions")
@permits(Action.READ)
def list_promotions() -> Response:
    """Give what was promoted or rolled back between two times, newest first."""
    given = asked.parameters("from", "to", "model", "stage", "limit")
    since, until = asked.period(given)
    found = ask.promoted(
        caller(),
        ports(),
        since=since,
        until=until,
        name=given.get("model"),
        stage_name=given.get("stage"),
        limit=asked.limit(given),
    )
    return _listed(found)


def _moved(entry: Entry) -> Response:
    return written.tagged(written.pointer(pointer.read(entry)), entry.seq, 201)


def _listed(found: Sequence[Pointer]) -> Response:
    return answers.document({"pointers": [written.pointer(one) for one in found]})
