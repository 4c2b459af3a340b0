"""RECEIVE: submissions that are completed later, the state of a release, re-evaluation."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response

from app.api import answers, submissions
from app.api.context import caller, permits, ports
from app.api.models import asked, written
from app.domain.caller import Action
from app.domain.decision import Decision
from app.domain.digest import Digest
from app.domain.entry import rfc3339
from app.gate.submissions import complete, look, reevaluate
from app.gate.submissions.look import Decided

blueprint = Blueprint("releases", __name__)

_SUBMISSION = "/v1/submissions/<namespace>/<name>/<version_name>/<stage>"


@blueprint.post("/v1/submissions")
@permits(Action.SUBMIT)
def post_submission() -> Response:
    """Submit a release to be completed later: decided now, and at each addition."""
    submission = submissions.submission(submissions.body("submission"))
    key, seen = submissions.idempotency(), asked.expected()
    return _decided(complete.submit(submission, caller(), ports(), key, seen))


@blueprint.get(_SUBMISSION)
@permits(Action.READ)
def read_submission(namespace: str, name: str, version_name: str, stage: str) -> Response:
    """Tell how a submission stands: what is missing, and who can give it."""
    model = asked.version(namespace, name, version_name)
    found = look.submission(model, asked.pointer(stage), caller(), ports())
    return written.tagged(_state(found), found.seq)


@blueprint.post(f"{_SUBMISSION}/additions")
@permits(Action.SUBMIT)
def post_addition(namespace: str, name: str, version_name: str, stage: str) -> Response:
    """Add evidence, bundles or notes to a submission, and decide it anew."""
    model = asked.version(namespace, name, version_name)
    addition = submissions.addition(submissions.body("addition"))
    where, key, seen = asked.pointer(stage), submissions.idempotency(), asked.expected()
    return _decided(complete.add(model, where, addition, caller(), ports(), key, seen))


@blueprint.get("/v1/releases/<release_digest>")
@permits(Action.READ)
def read_release(release_digest: str) -> Response:
    """Tell all that is so about a release: decisions, marks, versions, where it is live."""
    found = look.release(Digest(release_digest), caller(), ports())
    members = {
        "release_digest": found.release_digest,
        "state": found.state.value,
        "marks": [written.mark(mark) for mark in found.marks],
        "versions": list(found.versions),
        "decided": [_state(one) for one in found.decided],
    }
    return answers.document(members)


@blueprint.post("/v1/reevaluations")
@permits(Action.SUBMIT)
def post_reevaluation() -> Response:
    """Decide everything that is live again, or a page of it; tell what changed."""
    given = asked.parameters("after", "limit")
    limit = asked.limit(given) if "limit" in given else None
    page = reevaluate.live(caller(), ports(), given.get("after"), limit)
    found = [asdict(one) | {"is_changed": one.is_changed} for one in page.reevaluated]
    return answers.document({"reevaluated": found, "next_after": page.next_after})


def _decided(decision: Decision) -> Response:
    return written.tagged(dict(decision.body), decision.seq or 0, 201)


def _state(found: Decided) -> dict[str, Any]:
    members = asdict(found) | {"at": rfc3339(found.at)}
    return members | {"missing": [asdict(one) for one in found.missing]}
