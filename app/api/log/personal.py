"""PERSONAL TEXTS: read what is kept beside an entry, and have it erased."""

from __future__ import annotations

from flask import Blueprint, Response

from app.api import answers, submissions
from app.api.context import caller, permits, ports
from app.api.log.numbers import number
from app.domain.caller import Action
from app.domain.errors import NotFoundError
from app.gate.log import erase

blueprint = Blueprint("log_personal", __name__)


@blueprint.get("/v1/log/entries/<seq>/personal")
@permits(Action.OBSERVE)
def read_personal(seq: str) -> Response:
    """Give the texts that an entry commits to, with the salts that prove it."""
    place = number(seq, "seq")
    texts = ports().log.personal([place]).get(place, ())
    if not texts:
        raise NotFoundError(f"entry {place} has no personal texts, or they were erased")
    members = [
        {"name": one.name, "text": one.text, "salt": one.salt, "commitment": one.commitment}
        for one in texts
    ]
    return answers.document({"seq": place, "texts": members})


@blueprint.post("/v1/log/erasures")
@permits(Action.ADMINISTER)
def post_erasure() -> Response:
    """Erase the personal texts of an entry; that it was done is recorded."""
    asked = submissions.body("erasure_request")
    key = submissions.idempotency()
    entry = erase.erase(asked["seq"], asked["reason"], caller(), ports(), key)
    return answers.recorded(entry, status=201)
