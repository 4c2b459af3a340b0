"""Approve, veto, withdraw: on exactly what the reader saw, and confirmed; then decided anew."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from app.domain.approvals.standing import Vote
from app.domain.caller import Action
from app.domain.digest import Digest
from app.domain.entry import Kind
from app.domain.errors import InvalidSubmissionError, NotFoundError
from app.gate.submissions import acts
from app.web import seeing, standing
from app.web.context import caller, permits, ports

blueprint = Blueprint("votes", __name__)

LONGEST_COMMENT = 4000


@blueprint.post("/releases/<digest>/votes")
@permits(Action.APPROVE)
def give(digest: str) -> Answer:
    """Record a vote on the release as it was shown."""
    release, form = Digest(digest), request.form
    _must_be_confirmed(release)
    said = Vote(form["vote"]) if form.get("vote") in {Vote.APPROVE, Vote.VETO} else None
    if said is None:
        raise InvalidSubmissionError("vote: expected approve or veto")
    comment, stage = form.get("comment", "").strip(), form.get("stage")
    act = acts.vote(release, said, comment, caller(), ports(), None, stage=stage)
    return _back(digest, is_decided=act.again.is_all)


@blueprint.post("/releases/<digest>/votes/<approval_id>/withdraw")
@permits(Action.APPROVE)
def withdraw(digest: str, approval_id: str) -> Answer:
    """Take one's own vote on the release back, as it was shown."""
    _must_be_confirmed(Digest(digest))
    _must_be_on(Digest(digest), approval_id)
    act = acts.withdraw(approval_id, caller(), ports(), None)
    return _back(digest, is_decided=act.again.is_all)


def _must_be_confirmed(release: Digest) -> None:
    form = request.form
    if form.get("confirmed") != "yes":
        raise InvalidSubmissionError("tick the box that says you have compared the digests")
    if len(form.get("comment", "")) > LONGEST_COMMENT:
        raise InvalidSubmissionError(f"comment: at most {LONGEST_COMMENT} characters")
    now = standing.latest(release).get(form.get("stage", ""))
    if now is None or now.entry.id != form.get("decision"):
        raise InvalidSubmissionError(
            "this release was decided again while you read: load the page, and look once more"
        )


def _must_be_on(release: Digest, approval_id: str) -> None:
    if all(vote.entry.id != approval_id for vote in seeing.about(release, Kind.APPROVAL)):
        raise NotFoundError(f"no vote on this release: {approval_id[:80]!r}")


def _back(digest: str, *, is_decided: bool) -> Answer:
    stage, undecided = request.form.get("stage") or None, None if is_decided else 1
    return redirect(
        url_for("web.releases.page", digest=digest, stage=stage, undecided=undecided), 303
    )
