"""The page of a release: outcome, who is missing, why, and everything that was looked at."""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from typing import Any

from flask import Blueprint, render_template, request

from app.domain.caller import APPROVER_ROLES, Action
from app.domain.decision import Outcome, Point, lasts_until, outcome_at
from app.domain.digest import Digest
from app.domain.entry import Kind, microseconds
from app.domain.errors import GateError, NotFoundError
from app.domain.models.lineage import Lineage
from app.domain.models.pointer import Pointer
from app.domain.release import ModelVersion, listed_files
from app.gate.approvals import break_glass, seats
from app.gate.models import ask, trace
from app.web import seeing, standing
from app.web.context import caller, may, permits, ports
from app.web.seeing import Seen
from app.web.showing import card, comparison, evidence, history, lineage, reasons, signatures

blueprint = Blueprint("releases", __name__)


@blueprint.get("/releases/<digest>")
@permits(Action.READ)
def page(digest: str) -> str:
    """Show where a release stands on one stage."""
    release = Digest(digest)
    with ports().log.snapshot():
        by_stage = standing.latest(release)
        seen = _chosen(by_stage, request.args.get("stage"), digest)
        document = seeing.document(seen.body["input_sha256"]) or {}
        shown = _looked_at(seen.body, document) | _people(release, seen)
        shown |= _place(seen, document) | _lasts(seen)
    return render_template("release.html", seen=seen, stages=by_stage, document=document, **shown)


def _chosen(by_stage: dict[str, Seen], wanted: str | None, digest: str) -> Seen:
    if not by_stage:
        message = f"nothing is kept here about a release with the digest {digest[:80]!r}: "
        raise NotFoundError(f"{message}it was never decided, or that is in an archive")
    if wanted is not None and wanted not in by_stage:
        raise NotFoundError(f"this release was never decided for the stage {wanted[:80]!r}")
    newest = max(by_stage.values(), key=lambda one: one.entry.seq)
    return newest if wanted is None else by_stage[wanted]


def _lasts(seen: Seen) -> dict[str, Any]:
    # An allow that is over is none, wherever it is shown.
    until = lasts_until(seen.body, seen.entry.at, ports().validity)
    now = microseconds(ports().clock.now())
    about = seen.body["release"]
    model = f"{about['model']['namespace']}/{about['model']['name']}"
    broken = break_glass.all_of(model, caller(), ports())
    here = (about["digest"], about["stage"])
    return {
        "until": until,
        "is_over": seen.body["outcome"] == Outcome.ALLOW and until <= now,
        "emergencies": [one for one in broken if (one.release_digest, one.stage) == here],
        "now": now // 1_000_000,
    }


def _looked_at(body: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    stated = body["evidence"]
    stored = [(sha256, ports().documents.read(Digest(sha256))) for sha256 in stated["bundles"]]
    listing = ports().documents.read(Digest(body["release"]["digest"]))
    listed = () if listing is None else listed_files(listing)
    written = stated["model_card"] and ports().documents.read(Digest(stated["model_card"]))
    is_prose = document.get("model_card", {}).get("format", "").endswith(("readme", "markdown"))
    return {
        "reasons": reasons.reasons(body["reasons"], document),
        "warnings": reasons.reasons(body["warnings"], document),
        "reports": evidence.reports(document),
        "card_facts": evidence.card_facts(document.get("model_card", {})),
        "card_sections": evidence.sections(document.get("model_card", {})),
        "card_results": evidence.rows(document.get("model_card", {}).get("reported_results", [])),
        "card_text": card.rendered(written) if written and is_prose else None,
        "signers": signatures.signers(document),
        "bundles": signatures.bundles(document, stored),
        "files": signatures.files(document, listed),
        "files_total": len(listed),
    }


def _place(seen: Seen, document: dict[str, Any]) -> dict[str, Any]:
    named = seen.body["release"]
    model, world = ModelVersion(**named["model"]), ports()
    try:
        version = ask.version_of(model, caller(), world)
        traced = trace.lineage(model, caller(), world)
    except NotFoundError:
        return dict.fromkeys(("version", "drawing", "there", "beside", "can_promote"))
    pointers = ask.pointers(f"{model.namespace}/{model.name}", caller(), world)
    there = next((one for one in pointers.stages if one.name == named["stage"]), None)
    is_there = there is not None and there.version == model.version
    is_same = version.registration.release_digest == named["digest"]
    is_allowed = outcome_at(seen.body, Point.PROMOTION) is Outcome.ALLOW
    can_promote = is_allowed and is_same and not is_there and may(Action.PROMOTE)
    return {
        "version": version if is_same else None,
        "drawing": lineage.draw(traced, _states(traced)),
        "there": there,
        "beside": [] if there is None or is_there else _beside(there, document),
        "can_promote": can_promote,
    }


def _states(traced: Lineage) -> dict[str, str]:
    # Of what is drawn and registered here; what others made has no state.
    states = {}
    for label in lineage.drawn(traced):
        namespace, _, name = label.rpartition(":")[0].partition("/")
        model = ModelVersion(namespace, name, label.rpartition(":")[2])
        with suppress(NotFoundError):
            states[label] = ask.version_of(model, caller(), ports()).state.value
    return states


def _beside(there: Pointer, document: dict[str, Any]) -> list[comparison.Pair]:
    if there.decision_id is None:
        return []
    released = seeing.decision(there.decision_id)
    return comparison.pairs(document, seeing.document(released.body["input_sha256"]) or {})


def _seating(release: Digest, stage: str) -> dict[str, Any]:
    try:
        held = seats.of_release(release, stage, caller(), ports()).held
    except GateError as error:
        return {"held": None, "unheld": error.message}
    return {"held": held, "unheld": ""}


def _soft(body: dict[str, Any]) -> str:
    try:
        practice = ports().engine.practice()
    except GateError:
        return ""
    where = body["release"]
    codes = dict.fromkeys(str(reason["code"]) for reason in body["reasons"])
    kept = [c for c in codes if practice.is_soft(c, where["stage"], where["risk_tier"])]
    return " ".join(kept)


def _people(release: Digest, seen: Seen) -> dict[str, Any]:
    votes = seeing.about(release, Kind.APPROVAL)
    decided = list(islice(seeing.latest(release, Kind.DECISION), history.MOST + 1))
    others = [one for kind in history.OTHERS for one in seeing.about(release, kind)]
    given = [vote for vote in votes if vote.body["vote"] != "comment"]
    own = [vote for vote in given if vote.body["subject"] == caller().subject]
    return {
        **_seating(release, seen.body["release"]["stage"]),
        "history": history.events(
            [*seeing.commented(votes), *others, *decided],
            is_whole=len(decided) <= history.MOST,
        ),
        "own_vote": own[-1] if own and own[-1].body["vote"] != "withdrawn" else None,
        "own_roles": sorted(caller().roles & APPROVER_ROLES) if may(Action.APPROVE) else [],
        "can_ask": may(Action.REQUEST_WAIVER),
        "can_break": may(Action.BREAK_GLASS),
        "soft": _soft(seen.body),
        "is_newer_vote": bool(given) and given[-1].entry.seq > seen.entry.seq,
    }
