"""Waivers of all models, and asking for one."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from app.domain.approvals.waiver import DAY_SECONDS, WaiverRequest
from app.domain.caller import Action
from app.domain.errors import SubmissionError
from app.gate.approvals import waivers
from app.web.allowances.form import MODEL, STAGE, Form
from app.web.context import caller, may, permits, ports

blueprint = Blueprint("waiving", __name__)

FIELDS = (
    "codes",
    "model",
    "release_digest",
    "stage",
    "reason",
    "ticket",
    "not_before",
    "expires_at",
)
MOST = 200


@blueprint.get("/waivers")
@permits(Action.READ)
def page() -> str:
    """Show the latest waivers, and the form; the address may fill in some of it."""
    return _page(Form({name: request.args.get(name, "")[:2000] for name in FIELDS}))


@blueprint.post("/waivers")
@permits(Action.REQUEST_WAIVER)
def ask() -> Answer | tuple[str, int]:
    """Ask for a waiver, or show what is wrong at its field."""
    form = Form({name: request.form.get(name, "") for name in FIELDS})
    asked = _asked(form)
    try:
        if not form.wrong:
            waivers.request(asked, caller(), ports(), None)
    except SubmissionError as error:
        form.refuse(error)
    if form.wrong:
        return _page(form), 422
    namespace, _, name = asked.model.partition("/")
    to = url_for("web.models.page", namespace=namespace, name=name, _anchor="waivers")
    return redirect(to if _is_registered(asked.model) else url_for("web.waiving.page"), 303)


def _is_registered(model: str) -> bool:
    return bool(ports().log.places(f"version:{model}:", after="", limit=1))


def _asked(form: Form) -> WaiverRequest:
    now = int(ports().clock.now().timestamp())
    return WaiverRequest(
        codes=form.codes("codes"),
        model=form.named("model", MODEL, "acme/scorer"),
        release_digest=form.digest("release_digest"),
        stage=form.named("stage", STAGE, "production"),
        reason=form.text("reason", 2000),
        ticket=form.text("ticket", 200),
        not_before=form.moment("not_before", now),
        expires_at=form.moment("expires_at", now),
    )


def _page(form: Form) -> str:
    found = list(reversed(waivers.all_of(None, caller(), ports()).waivers))
    rule = ports().engine.practice().waivers
    return render_template(
        "waivers.html",
        form=form,
        waivers=found[:MOST],
        more=max(0, len(found) - MOST),
        rule=rule,
        now=int(ports().clock.now().timestamp()),
        day=DAY_SECONDS,
        can={"ask": may(Action.REQUEST_WAIVER), "waive": may(Action.APPROVE_WAIVER)},
    )
