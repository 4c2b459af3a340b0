"""One decision: all that it rests on, and the proofs of it to take away."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request

from app.domain.caller import Action
from app.domain.digest import Digest
from app.domain.errors import NotFoundError
from app.gate.log import export
from app.web import seeing
from app.web.context import permits, ports
from app.web.seeing import Seen
from app.web.showing import markdown, reasons

blueprint = Blueprint("decision", __name__)

BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"


@blueprint.get("/decisions/<decision_id>")
@permits(Action.READ)
def page(decision_id: str) -> str:
    """Show one decision."""
    seen = seeing.decision(decision_id)
    document = seeing.document(seen.body["input_sha256"])
    shown = {name: reasons.reasons(seen.body[name], document) for name in ("reasons", "warnings")}
    key, evidence = ports().log.key, _evidence(seen.body)
    return render_template("decision.html", seen=seen, key=key, evidence=evidence, **shown)


@blueprint.get("/decisions/<decision_id>/entry")
@permits(Action.READ)
def entry(decision_id: str) -> Response:
    """Give the very bytes that stand in the log."""
    return _file(seeing.decision(decision_id).entry.body, "application/json", "decision.json")


@blueprint.get("/decisions/<decision_id>/receipt")
@permits(Action.READ)
def receipt(decision_id: str) -> Response:
    """Give the proof that the decision is in the log."""
    seen = seeing.decision(decision_id)
    proof = str(ports().log.receipt(seen.entry.seq)).encode()
    return _file(proof, "application/vnd.c2sp.tlog-proof", "decision.tlog-proof")


@blueprint.get("/decisions/<decision_id>/attestation")
@permits(Action.READ)
def attestation(decision_id: str) -> Response:
    """Give the decision as the gate signs it."""
    seen = seeing.decision(decision_id)
    signed = export.attestation(seen.entry.id, export.VSA, ports())
    return _file(signed, BUNDLE, "decision.sigstore.json")


@blueprint.get("/decisions/<decision_id>/report")
@permits(Action.READ)
def report(decision_id: str) -> Response:
    """Give the decision in Markdown, for a ticket or a chat."""
    seen = seeing.decision(decision_id)
    written = markdown.report(seen.body, request.url_root).encode()
    return _file(written, "text/markdown; charset=utf-8", "decision.md")


@blueprint.get("/decisions/<decision_id>/documents/<sha256>")
@permits(Action.READ)
def document(decision_id: str, sha256: str) -> Response:
    """Give a document that the decision rests on, as bytes that no browser opens."""
    seen = seeing.decision(decision_id)
    wanted = Digest(sha256)
    content = ports().documents.read(wanted) if wanted in _digests(seen) else None
    if content is None:
        raise NotFoundError("the decision rests on no document of this digest")
    return _file(content, "application/octet-stream", f"{wanted}.bin")


def _evidence(body: dict[str, Any]) -> list[tuple[str, str]]:
    stated = body["evidence"]
    named = [("policy input", body["input_sha256"]), ("file listing", body["release"]["digest"])]
    if stated["model_card"]:
        named.append(("model card", stated["model_card"]))
    named += [("evaluation report", sha256) for sha256 in stated["evaluations"]]
    named += [("signature bundle", sha256) for sha256 in stated["bundles"]]
    return [(name, sha256) for name, sha256 in named if ports().documents.read(Digest(sha256))]


def _digests(seen: Seen) -> set[str]:
    return {sha256 for _, sha256 in _evidence(seen.body)}


def _file(content: bytes, media_type: str, name: str) -> Response:
    answer = Response(content, content_type=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
