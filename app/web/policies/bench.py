"""The workbench: a draft of one file, an input beside it, and what the draft says."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from app.domain.caller import Action
from app.domain.entry import Kind
from app.domain.errors import GateError, InvalidSubmissionError, TooLargeError
from app.domain.log.question import Field, Question, Term
from app.domain.rollout.draft import PolicyDraft
from app.gate.rollout import activate
from app.gate.rollout import draft as drafts
from app.gate.rollout.activate import Proposed
from app.web import seeing, standing
from app.web.context import caller, permits, ports
from app.web.seeing import Seen
from app.web.showing import reasons

blueprint = Blueprint("bench", __name__)

LONGEST_SUMMARY = 2000
_LOOKED_AT = 10
REPLAYED = 200
"""Past decisions on which a draft is replayed."""
NEW_RULE = """package gate.checks.{name}

# METADATA
# title: What must hold
# description: Why it must.
# custom:
#   code: {name}.what_is_wrong
#   remedy: What to do about it.
#   who: submitter
deny contains {{
	"code": "{name}.what_is_wrong",
	"at": "/release",
	"message": "what is wrong",
}} if {{
	not input.release.change_note
}}
"""


@blueprint.get("/policies/draft")
@permits(Action.PROPOSE_POLICY)
def page() -> str:
    """Show a file to work on, with the input of a past decision beside it."""
    path = request.args.get("path", "gate/checks/evaluation/evaluation.rego")
    text = ports().workbench.files().get(path, NEW_RULE.format(name=_named(path)))
    return render_template("bench.html", path=path, text=text, document=_input(), said=None)


@blueprint.post("/policies/draft/proposal")
@permits(Action.PROPOSE_POLICY)
def propose() -> Answer:
    """Propose the draft, with what it would have changed."""
    form = request.form
    sources = ports().workbench.sources(_draft())
    acknowledged = form.get("acknowledged") == "yes"
    asked = Proposed(sources, _summary(), acknowledged, reverts=form.get("reverts") == "yes")
    entry = activate.propose(asked, caller(), ports(), None)
    return redirect(url_for("web.proposals.page", proposal_id=entry.id), 303)


@blueprint.post("/policies/draft")
@permits(Action.PROPOSE_POLICY)
def work() -> str:
    """Do with the draft what the button says; a script replaces only what the draft says."""
    draft, document = _draft(), request.form.get("input", "")
    try:
        said = _said(request.form.get("do", "evaluate"), draft, document)
    except GateError as error:
        said = {"kind": "wrong", "message": error.message}
    if "HX-Request" in request.headers:
        return render_template("_bench_said.html", said=said, path=draft.path)
    shown = {"path": draft.path, "text": draft.text, "document": document}
    return render_template("bench.html", said=said, **shown)


def _draft() -> PolicyDraft:
    form = request.form
    return PolicyDraft(form.get("path", ""), form.get("text", "").replace("\r\n", "\n"))


def _summary() -> str:
    summary = request.form.get("summary", "").strip()
    if not 0 < len(summary) <= LONGEST_SUMMARY:
        raise InvalidSubmissionError(f"summary: expected 1 to {LONGEST_SUMMARY} characters")
    return summary


def _said(action: str, draft: PolicyDraft, document: str) -> dict[str, Any]:
    match action:
        case "test":
            return {"kind": "tested", "told": drafts.tested(draft, ports())}
        case "replay":
            question = Question((Term(Field.KIND, Kind.DECISION),))
            past = seeing.search(question, standing.END, REPLAYED).entries
            return {"kind": "replayed", "told": drafts.replayed(draft, past, ports())}
        case _:
            told = drafts.try_out(draft, document, ports())
            verdict = told.verdict
            found = () if verdict is None else (*verdict.reasons, *verdict.warnings)
            return {"kind": "tried", "told": told, "reasons": [reasons.of(one) for one in found]}


def _input() -> str:
    # Of a decision that is named, or of the newest one whose input is not too large to be tried.
    wanted = request.args.get("decision")
    if not wanted:
        written = map(_written, standing.recent(_LOOKED_AT))
        return next((text for text in written if len(text) <= drafts.LARGEST), "{}")
    text = _written(seeing.decision(wanted))
    if len(text) > drafts.LARGEST:
        at_most = f"at most {drafts.LARGEST:,} can be tried on a draft"
        raise TooLargeError(f"the input of this decision has {len(text):,} characters: {at_most}")
    return text


def _written(seen: Seen) -> str:
    return seeing.pretty(seeing.document(seen.body["input_sha256"]) or {})


def _named(path: str) -> str:
    name = path.rpartition("/")[0].rpartition("/")[2]
    return name if name.isidentifier() else "my_check"
