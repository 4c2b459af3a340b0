"""The gate as a Policy Decision Point of the OpenID AuthZEN Authorization API 1.0.

Sections "Access Evaluation API", "Access Evaluations API", "Policy Decision Point Metadata".
Resource `model_release` (id: release digest) or `model_reference` (id: a reference such as
oci://...); action `release.deploy`; the stage in context.stage or resource.properties.stage. A
deny is 200 with decision false; what waits is false too, since the protocol has no third answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response

from app.api import answers, contracts, submissions
from app.api.context import permits, ports
from app.api.enforcement import question
from app.domain.caller import Action
from app.domain.errors import (
    ForbiddenError,
    InvalidSubmissionError,
    MalformedDocumentError,
    SubmissionError,
)

blueprint = Blueprint("authzen", __name__)

ACTION = "release.deploy"
RESOURCES = {"model_release": "release", "model_reference": "reference"}
"""Types of resources, and the member of a question that their id is."""
_ENTITIES = ("subject", "action", "resource", "context")


@blueprint.get("/.well-known/authzen-configuration")
def read_configuration() -> Response:
    """Tell where the gate answers, by the URL that its operator says is its own."""
    url = ports().address
    members = {
        "policy_decision_point": url,
        "access_evaluation_endpoint": f"{url}/access/v1/evaluation",
        "access_evaluations_endpoint": f"{url}/access/v1/evaluations",
    }
    return answers.document(members)


@blueprint.post("/access/v1/evaluation")
@permits(Action.ENFORCE)
def evaluate() -> Response:
    """Answer one evaluation."""
    return answers.document(_evaluated(_body("authzen_evaluation")))


@blueprint.post("/access/v1/evaluations")
@permits(Action.ENFORCE)
def evaluate_many() -> Response:
    """Answer several evaluations in their order, up to where the semantic asked for ends."""
    asked = _body("authzen_evaluations")
    items = asked.get("evaluations", [])
    if not items:
        return answers.document(_evaluated(_checked(asked)))
    last = {"deny_on_first_deny": False, "permit_on_first_permit": True}.get(
        asked.get("options", {}).get("evaluations_semantic", "execute_all")
    )
    defaults = {name: asked[name] for name in _ENTITIES if name in asked}
    told = []
    for item in items:
        told.append(_one_of_many({**defaults, **item}))
        if told[-1]["decision"] is last:
            break
    return answers.document({"evaluations": told})


def _one_of_many(item: Mapping[str, Any]) -> dict[str, Any]:
    # An error of one item is told with it and closes it; one of the gate closes them all.
    try:
        return _evaluated(_checked(item))
    except SubmissionError as error:
        return _refused(400, f"{error.message} (at {error.pointer})")
    except ForbiddenError as error:
        return _refused(403, error.message)


def _refused(status: int, message: str) -> dict[str, Any]:
    return {"decision": False, "context": {"error": {"status": status, "message": message}}}


def _evaluated(asked: Mapping[str, Any]) -> dict[str, Any]:
    action, resource = asked["action"]["name"], asked["resource"]
    member = RESOURCES.get(resource["type"])
    if action != ACTION or member is None:
        types = ", ".join(RESOURCES)
        message = f"this gate answers the action {ACTION} on {types}, and nothing else"
        return {"decision": False, "context": {"reason_admin": {"en": message}}}
    properties, around = resource.get("properties", {}), asked.get("context", {})
    given = {name: around.get(name, properties.get(name)) for name in ("stage", "cluster")}
    try:
        asked_for = question.question({**given, member: resource["id"]})
    except SubmissionError as error:
        # Such a message is of the form of a request, which is 400 here.
        raise MalformedDocumentError(error.message, pointer=_POINTERS[error.pointer]) from error
    said = question.answer(asked_for)
    told = question.document(said)
    told.pop("allow")
    told |= {"reason_user": {"en": said.message}, "reason_admin": {"en": said.message}}
    return {"decision": said.is_allowed, "context": told}


_POINTERS = {
    "/stage": "/context/stage",
    "/cluster": "/context/cluster",
    "/release": "/resource/id",
    "/reference": "/resource/id",
}


def _body(schema: str) -> dict[str, Any]:
    try:
        return submissions.body(schema)
    except InvalidSubmissionError as error:
        raise MalformedDocumentError(error.message, pointer=error.pointer) from error


def _checked(asked: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        contracts.check("authzen_evaluation", asked)
    except InvalidSubmissionError as error:
        raise MalformedDocumentError(error.message, pointer=error.pointer) from error
    return asked
