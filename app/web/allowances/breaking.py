"""Emergencies: break the glass for one release, and close the review that is owed."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from app.domain.caller import Action
from app.domain.digest import Digest
from app.domain.errors import ConflictError, InvalidSubmissionError, NotFoundError, SubmissionError
from app.gate.approvals import break_glass
from app.gate.approvals.break_glass import Emergency
from app.gate.submissions import acts
from app.web.allowances.form import STAGE, Form
from app.web.context import caller, may, permits, ports

blueprint = Blueprint("breaking", __name__)

FIELDS = ("release_digest", "stage", "reason", "hours")
MOST_HOURS = 168
LONGEST_FINDINGS = 4000
MOST = 200


@blueprint.get("/break-glass")
@permits(Action.READ)
def page() -> str:
    """Show emergencies, the reviews that are owed, and the form."""
    return _page(Form({name: request.args.get(name, "")[:2000] for name in FIELDS}))


@blueprint.post("/break-glass")
@permits(Action.BREAK_GLASS)
def open_glass() -> Answer | tuple[str, int]:
    """Let one release through, or show what is wrong at its field; it is then decided again."""
    form = Form({name: request.form.get(name, "") for name in FIELDS})
    asked, undecided = _asked(form), None
    try:
        if not form.wrong:
            made = acts.open_glass(asked, caller(), ports(), None)
            undecided = None if made.again.is_all else 1
    except (SubmissionError, ConflictError, NotFoundError) as error:
        pointed = error if isinstance(error, SubmissionError) else _whole(error.message)
        form.refuse(pointed)
    if form.wrong:
        return _page(form), 422
    digest, stage = asked.release_digest, asked.stage
    to = url_for("web.releases.page", digest=digest, stage=stage, undecided=undecided)
    return redirect(to, 303)


@blueprint.post("/break-glass/<glass_id>/review")
@permits(Action.REVIEW_BREAK_GLASS)
def review(glass_id: str) -> Answer:
    """Close the review that is owed; the emergency ends with it."""
    findings = request.form.get("findings", "").strip()
    if not 0 < len(findings) <= LONGEST_FINDINGS:
        raise InvalidSubmissionError(f"findings: expected 1 to {LONGEST_FINDINGS} characters")
    acts.review_glass(glass_id, findings, caller(), ports(), None)
    return redirect(url_for("web.breaking.page"), 303)


def _asked(form: Form) -> Emergency:
    release = form.digest("release_digest")
    if release is None:
        form.wrong.setdefault("release_digest", "expected the digest of a release")
    return Emergency(
        release_digest=release or Digest.of(b""),
        stage=form.named("stage", STAGE, "production"),
        reason=form.text("reason", 2000),
        hours=form.number("hours", MOST_HOURS),
    )


def _whole(message: str) -> SubmissionError:
    return InvalidSubmissionError(message)


def _page(form: Form) -> str:
    rule = ports().engine.practice().break_glass
    is_reviewer = bool({role.value for role in caller().roles} & rule.review_roles)
    found = list(reversed(break_glass.all_of(None, caller(), ports())))
    return render_template(
        "break_glass.html",
        form=form,
        owed=[glass for glass in found if glass.is_owed],
        closed=[glass for glass in found if not glass.is_owed][:MOST],
        rule=rule,
        now=int(ports().clock.now().timestamp()),
        can={
            "open": may(Action.BREAK_GLASS),
            "review": may(Action.REVIEW_BREAK_GLASS) and is_reviewer,
        },
    )
