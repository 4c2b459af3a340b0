"""The workbench: a draft of one file, an input beside it, and what the draft says."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from app.domain.caller import Action
from app.domain.entry import Kind
from app.domain.errors import GateError
from app.domain.log.question import Field, Question, Term
from app.domain.rollout.draft import PolicyDraft
from app.gate.rollout import draft as drafts
from app.web import seeing, standing
from app.web.context import permits, ports
from app.web.showing import reasons

blueprint = Blueprint("bench", __name__)

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


@blueprint.post("/policies/draft")
@permits(Action.PROPOSE_POLICY)
def work() -> str | tuple[str, int]:
    """Do with the draft what the button says; a script replaces only what the draft says."""
    form = request.form
    draft = PolicyDraft(form.get("path", ""), form.get("text", "").replace("\r\n", "\n"))
    document = form.get("input", "")
    try:
        said = _said(form.get("do", "evaluate"), draft, document)
    except GateError as error:
        said = {"kind": "wrong", "message": error.message}
    if "HX-Request" in request.headers:
        return render_template("_bench_said.html", said=said, path=draft.path)
    shown = {"path": draft.path, "text": draft.text, "document": document}
    return render_template("bench.html", said=said, **shown)


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
    wanted = request.args.get("decision")
    seen = seeing.decision(wanted) if wanted else next(iter(standing.recent(1)), None)
    content = None if seen is None else seeing.document(seen.body["input_sha256"])
    return seeing.pretty(content or {})


def _named(path: str) -> str:
    name = path.rpartition("/")[0].rpartition("/")[2]
    return name if name.isidentifier() else "my_check"
