"""Models, and one model: its stages with their history, its versions, its waivers."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from app.domain.caller import Action
from app.gate.approvals import waivers
from app.gate.models import ask
from app.web.context import caller, may, permits, ports

blueprint = Blueprint("models", __name__)

PAGE = 50


@blueprint.get("/models")
@permits(Action.READ)
def listing() -> str:
    """List the models with a registered version."""
    found = ask.models(caller(), ports(), after=request.args.get("after", ""), limit=PAGE)
    return render_template("models.html", found=found)


@blueprint.get("/models/<namespace>/<name>")
@permits(Action.READ)
def page(namespace: str, name: str) -> str:
    """Show one model."""
    model = f"{namespace}/{name}"
    pointers = ask.pointers(model, caller(), ports())
    history = {
        one.name: list(reversed(ask.stage_history(model, one.name, caller(), ports())))
        for one in pointers.stages
    }
    after = request.args.get("after", "")
    versions = ask.versions(model, caller(), ports(), after=after, limit=PAGE)
    asked = waivers.all_of(model, caller(), ports()).waivers
    shown = {"model": model, "pointers": pointers, "history": history, "versions": versions}
    can = {"roll_back": may(Action.ROLL_BACK), "waive": may(Action.APPROVE_WAIVER)}
    now = int(ports().clock.now().timestamp())
    return render_template("model.html", waivers=asked, can=can, now=now, **shown)
