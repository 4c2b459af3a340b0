"""RECEIVE: models, their versions, and what was made from what."""

from __future__ import annotations

from flask import Blueprint, Response

from app.api import answers, submissions
from app.api.context import caller, permits, ports
from app.api.models import asked, written
from app.domain.caller import Action
from app.domain.digest import Digest
from app.domain.entry import rfc3339
from app.domain.errors import InvalidSubmissionError
from app.domain.models import version
from app.gate.models import ask, register, trace

blueprint = Blueprint("model_versions", __name__)

_MODEL = "/v1/models/<namespace>/<name>"


@blueprint.get("/v1/models")
@permits(Action.READ)
def list_models() -> Response:
    """Give a page of models, by name."""
    given = asked.parameters("after", "limit")
    page = ask.models(caller(), ports(), after=given.get("after", ""), limit=asked.limit(given))
    listed = [{"name": m.name, "newest": m.newest, "at": rfc3339(m.at)} for m in page.models]
    return answers.document({"models": listed, "next_after": page.next_after})


@blueprint.get(_MODEL)
@permits(Action.READ)
def read_model(namespace: str, name: str) -> Response:
    """Give a model: where its stages and aliases point now."""
    model = asked.model(namespace, name)
    found = ask.pointers(model, caller(), ports())
    stages = [written.pointer(one) for one in found.stages]
    aliases = [written.pointer(one) for one in found.aliases]
    return answers.document({"name": model, "stages": stages, "aliases": aliases})


@blueprint.post(f"{_MODEL}/versions")
@permits(Action.REGISTER)
def post_version(namespace: str, name: str) -> Response:
    """Register a version: this name means these bytes from now on."""
    document = submissions.body("version_request")
    model = asked.version(namespace, name, document["version"])
    registration = version.stated(model, Digest(document["release_digest"]), document)
    entry = register.register(registration, caller(), ports(), submissions.idempotency())
    found = register.standing(entry, ports().log)
    return written.tagged(written.version(found), found.state_seq, 201)


@blueprint.get(f"{_MODEL}/versions")
@permits(Action.READ)
def list_versions(namespace: str, name: str) -> Response:
    """Give a page of a model's versions, by name."""
    given = asked.parameters("after", "limit")
    model = asked.model(namespace, name)
    after, limit = given.get("after", ""), asked.limit(given)
    page = ask.versions(model, caller(), ports(), after=after, limit=limit)
    listed = [written.version(one) for one in page.versions]
    return answers.document({"versions": listed, "next_after": page.next_after})


@blueprint.get(f"{_MODEL}/versions/<version_name>")
@permits(Action.READ)
def read_version(namespace: str, name: str, version_name: str) -> Response:
    """Give one version: what was said of it, and whether it is clear."""
    found = ask.version_of(asked.version(namespace, name, version_name), caller(), ports())
    return written.tagged(written.version(found), found.state_seq)


@blueprint.get(f"{_MODEL}/versions/<version_name>/lineage")
@permits(Action.READ)
def read_lineage(namespace: str, name: str, version_name: str) -> Response:
    """Give what a version was made from, and what was made from it."""
    found = trace.lineage(asked.version(namespace, name, version_name), caller(), ports())
    return answers.document(written.lineage(found))


@blueprint.get("/v1/lineage")
@permits(Action.READ)
def read_built_on() -> Response:
    """Give what was made from a base model, registered here or not."""
    given = asked.parameters("base", "revision")
    if not given.get("base"):
        raise InvalidSubmissionError("expected base, the id of a model, and perhaps revision")
    found = trace.built_on(given["base"], given.get("revision"), caller(), ports())
    return answers.document(written.lineage(found))
