"""Proposals of other policies: what each would change, who agrees, and making them active."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from app.domain.approvals.standing import Vote
from app.domain.caller import Action
from app.domain.entry import Kind
from app.domain.errors import InvalidSubmissionError
from app.domain.log.question import Field, Question, Term
from app.gate.rollout import activate
from app.web import seeing, standing
from app.web.context import caller, may, permits, ports

blueprint = Blueprint("proposals", __name__)

MOST = 50
_SAID = {"agree": Vote.APPROVE, "object": Vote.VETO, "withdraw": Vote.WITHDRAWN}


@blueprint.get("/policies/proposals")
@permits(Action.READ)
def listing() -> str:
    """List the latest proposals and activations."""
    proposed = _latest(Kind.POLICY_PROPOSED)
    return render_template(
        "proposals.html", proposed=proposed, activated=_latest(Kind.POLICY_ACTIVATED)
    )


@blueprint.get("/policies/proposals/<proposal_id>")
@permits(Action.READ)
def page(proposal_id: str) -> str:
    """Show a proposal, its effect on past decisions, and where it stands."""
    proposal = activate.find(proposal_id, ports().log)
    agreed = activate.standing(proposal, ports())
    now = activate.active(ports().log)
    is_active = now is not None and now.proposal_id == proposal.id
    can = {"vote": may(Action.VOTE_ON_POLICY), "activate": may(Action.ACTIVATE_POLICY)}
    return render_template(
        "proposal.html", proposal=proposal, agreed=agreed, is_active=is_active, can=can
    )


@blueprint.post("/policies/proposals/<proposal_id>/votes")
@permits(Action.VOTE_ON_POLICY)
def vote(proposal_id: str) -> Answer:
    """Agree to a proposal, object, or take it back."""
    said = _SAID.get(request.form.get("vote", ""))
    if said is None:
        raise InvalidSubmissionError(f"vote: expected one of {', '.join(_SAID)}")
    activate.vote(proposal_id, said, caller(), ports(), None)
    return redirect(url_for("web.proposals.page", proposal_id=proposal_id), 303)


@blueprint.post("/policies/proposals/<proposal_id>/activation")
@permits(Action.ACTIVATE_POLICY)
def make_active(proposal_id: str) -> Answer:
    """Make the proposed policies the active ones."""
    activate.activate(proposal_id, caller(), ports(), None)
    return redirect(url_for("web.proposals.page", proposal_id=proposal_id), 303)


def _latest(kind: Kind) -> list[seeing.Seen]:
    found = seeing.search(Question((Term(Field.KIND, kind),)), standing.END, MOST)
    return [seeing.seen(entry) for entry in found.entries]
