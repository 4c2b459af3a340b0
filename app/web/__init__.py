"""Pages for people: a view reads the request, calls the use case that the API calls, and renders.

Siblings of the API that know nothing of it. Sign-in of any kind ends in `session.start`.
"""

from __future__ import annotations

from flask import Blueprint, Flask, g, request
from jinja2 import StrictUndefined
from werkzeug.wrappers import Response as Answer

from app.domain.caller import Action
from app.ports import Ports
from app.web import assets, failures, forgery, headers, home, lost, packing, session, signing
from app.web.allowances import breaking, waiving
from app.web.context import EXTENSION, may
from app.web.dashboards import page as dashboards
from app.web.decisions import again, listing, one
from app.web.models import listing as models
from app.web.models import moves
from app.web.people import elsewhere, password, users
from app.web.policies import bench, library, proposals
from app.web.releases import page, votes
from app.web.showing import invisible, words

NAME = "web"
PRIVATE = (
    home,
    listing,
    one,
    again,
    page,
    votes,
    models,
    moves,
    waiving,
    breaking,
    dashboards,
    library,
    bench,
    proposals,
    users,
)
"""Pages for whoever is signed in; the others are open."""
PAGES = (
    ("/", "Home"),
    ("/decisions", "Decisions"),
    ("/models", "Models"),
    ("/waivers", "Waivers"),
    ("/policies", "Policies"),
    ("/dashboards", "Dashboards"),
)
"""What the head of every page leads to."""
ADMINISTRATION = (("/users", "Users"),)
"""What it leads to besides, for operators."""
OPEN_ENDPOINTS = frozenset(
    {
        "web.assets.read",
        "web.elsewhere.arrive",
        "web.elsewhere.leave",
        "web.password.accept",
        "web.password.choose",
        "web.password.page",
        "web.password.sign_in",
        "web.signing.page",
        "web.signing.sign_in",
    }
)


def register(app: Flask, ports: Ports) -> None:
    """Add every page, behind sign-in and form tokens, with its headers and its error pages."""
    app.extensions[EXTENSION] = ports
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.finalize = invisible.shown
    app.jinja_env.filters["exactly"] = invisible.Exact
    whole = Blueprint(NAME, __name__, template_folder="templates")
    whole.before_request(_guard)
    whole.after_request(packing.pack)
    whole.after_request(forgery.remember)
    whole.after_request(headers.guard)
    failures.register(whole)
    for module in (assets, signing, password, elsewhere, *PRIVATE):
        whole.register_blueprint(module.blueprint)
    app.context_processor(_shared)
    app.register_blueprint(whole)
    lost.register(app, NAME)


def _guard() -> Answer | None:
    forgery.must_be_ours()
    return None if request.endpoint in OPEN_ENDPOINTS else session.must_be_signed_in()


def _shared() -> dict[str, object]:
    return {
        "asset": assets.address,
        "form_field": forgery.field,
        "form_token": forgery.form_token,
        "may": may,
        "pages": _pages(),
        "reader": g.get("caller"),
        "words": words,
    }


def _pages() -> tuple[tuple[str, str], ...]:
    is_operator = "caller" in g and may(Action.ADMINISTER)
    return (*PAGES, *ADMINISTRATION) if is_operator else PAGES
