"""RECEIVE: clusters ask before they take an object in; each protocol has its path.

The answer to a well-formed question is always a 200: under `failurePolicy: Ignore` any other
status would be a yes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response

from app.api import answers, submissions
from app.api.context import caller, permits, ports
from app.domain.caller import Action
from app.domain.enforcement import reference, review
from app.domain.enforcement.review import Admission, Review
from app.domain.errors import (
    GateError,
    InvalidSubmissionError,
    MalformedDocumentError,
    NotFoundError,
)
from app.gate import enforce
from app.gate.admission import admit

blueprint = Blueprint("kubernetes", __name__)

_AT = "/v1/enforcement/kubernetes"
_PLACE = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
NO_CLUSTER = "any"
"""Stands for a cluster in a path; what is meant for some clusters alone is not let in then."""
MOST_KEYS = 200
"""Keys of one request of Gatekeeper."""


@blueprint.post(f"{_AT}/admission/<stage>/<cluster>", defaults={"key": None})
@blueprint.post(f"{_AT}/admission/<stage>/<cluster>/<key>")
@permits(Action.ENFORCE)
def review_admission(stage: str, cluster: str, key: str | None) -> Response:  # noqa: ARG001 - authn.py read it
    """Answer a ValidatingAdmissionWebhook (admission.k8s.io/v1)."""
    asked = _review(_body("admission_review")["request"])
    admission = admit.admit(asked, *_known(stage, cluster), caller(), ports())
    return answers.document(_reviewed(asked, admission))


@blueprint.post(f"{_AT}/gatekeeper/<stage>/<cluster>", defaults={"key": None})
@blueprint.post(f"{_AT}/gatekeeper/<stage>/<cluster>/<key>")
@permits(Action.ENFORCE)
def provide_gatekeeper(stage: str, cluster: str, key: str | None) -> Response:  # noqa: ARG001 - likewise
    """Answer Gatekeeper as an external data provider: a key is a reference to a model."""
    keys = _body("gatekeeper_request")["request"]["keys"]
    where = _known(stage, cluster)
    items = [_item(text, *where) for text in keys[:MOST_KEYS]]
    return answers.document(_provided(items, len(keys)))


@blueprint.post(f"{_AT}/kyverno/<stage>/<cluster>", defaults={"key": None})
@blueprint.post(f"{_AT}/kyverno/<stage>/<cluster>/<key>")
@permits(Action.ENFORCE)
def answer_kyverno(stage: str, cluster: str, key: str | None) -> Response:  # noqa: ARG001 - likewise
    """Answer a service call of Kyverno with a flat object: `allow` and a `message`."""
    asked = _review({"uid": "", "operation": "CREATE", **_body("kyverno_call")})
    admission = admit.admit(asked, *_known(stage, cluster), caller(), ports())
    return answers.document(_flat(admission))


def _body(schema: str) -> dict[str, Any]:
    # What is no question of this protocol is a 400: nobody answers, and failurePolicy decides.
    try:
        return submissions.body(schema)
    except InvalidSubmissionError as error:
        raise MalformedDocumentError(error.message, pointer=error.pointer) from error


def _known(stage: str, cluster: str) -> tuple[str, str | None]:
    if not _PLACE.fullmatch(stage) or not _PLACE.fullmatch(cluster):
        raise NotFoundError("expected a stage and a cluster in the path")
    return stage, None if cluster == NO_CLUSTER else cluster


def _review(request: Mapping[str, Any]) -> Review:
    user = request.get("userInfo") or {}
    return Review(
        uid=request["uid"],
        operation=request["operation"],
        subresource=request.get("subResource") or "",
        namespace=request.get("namespace") or None,
        user=user.get("username") or "",
        is_dry_run=bool(request.get("dryRun")),
        object=request.get("object"),
        old_object=request.get("oldObject"),
    )


def _reviewed(asked: Review, admission: Admission) -> dict[str, Any]:
    response: dict[str, Any] = {"uid": asked.uid, "allowed": admission.is_allowed}
    if not admission.is_allowed:
        code, reason = (503, "ServiceUnavailable") if admission.faults else (403, "Forbidden")
        text = review.message(admission, ports().address)
        response["status"] = {
            "status": "Failure",
            "message": text,
            "reason": reason,
            "code": code,
        }
    if warnings := review.warnings(admission):
        response["warnings"] = warnings
    if annotations := review.audit(admission):
        response["auditAnnotations"] = annotations
    return {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "response": response,
    }


def _item(key: str, stage: str, cluster: str | None) -> dict[str, Any]:
    # A template has to look at `errors`: a refusal is one, so that none is overlooked.
    try:
        asked = reference.parse(key)
        said = enforce.answer_reference(asked, stage, ports(), caller().scope, cluster)
    except GateError as error:
        return {"key": key, "error": f"unknown: {error.message}"}
    if not said.is_allowed:
        return {"key": key, "error": said.message}
    return {"key": key, "value": said.message}


def _provided(items: list[dict[str, Any]], asked: int) -> dict[str, Any]:
    # Idempotent is what mutation needs, and promises that an answer never changes: ours can.
    response: dict[str, Any] = {"idempotent": False, "items": items}
    if asked > MOST_KEYS:
        response["systemError"] = f"more than {MOST_KEYS} keys in one request"
    return {
        "apiVersion": "externaldata.gatekeeper.sh/v1beta1",
        "kind": "ProviderResponse",
        "response": response,
    }


def _flat(admission: Admission) -> dict[str, Any]:
    url = ports().address
    return {
        "allow": admission.is_allowed,
        "outcome": admission.outcome,
        "message": review.message(admission, url) or "every model is let in, or none is named",
        "warnings": review.warnings(admission),
    }
