"""ANSWER: what waits for the caller."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from app.api import answers
from app.api.context import caller, permits, ports
from app.domain.approvals import break_glass, waiver, written
from app.domain.caller import Action
from app.gate.approvals import inbox
from app.gate.approvals.inbox import WaitingRelease

blueprint = Blueprint("inbox", __name__)


@blueprint.get("/v1/inbox")
@permits(Action.APPROVE)
def read_inbox() -> Response:
    """Give the releases with a seat that the caller could fill, and waivers to approve."""
    found = inbox.inbox(caller(), ports())
    members = {
        "releases": [_release(one) for one in found.releases],
        "waivers": [waiver.written(one) for one in found.waivers],
        "reviews": [break_glass.written(one) for one in found.reviews],
        "is_complete": found.is_complete,
    }
    return answers.document(members)


def _release(waiting: WaitingRelease) -> dict[str, Any]:
    on, decision = waiting.on, waiting.decision
    return {
        "release_digest": on.release_digest,
        "model": on.model,
        "version": on.version,
        "stage": on.stage,
        "risk_tier": on.risk_tier,
        "components": {name.value: digest for name, digest in on.components.items()},
        "decision_id": decision["decision_id"],
        "outcome": decision["outcome"],
        "decided_at": decision["at"],
        "submitted_by": decision["submitted_by"],
        "reasons": sorted({reason["code"] for reason in decision["reasons"]}),
        "roles": list(waiting.roles),
        "instead_of": list(waiting.instead_of),
        "set_aside": [written.set_aside(one) for one in waiting.set_aside],
        "vetoed_by": list(waiting.vetoed_by),
    }
