"""HTTP and nothing else: a view reads the request, calls one use case, and answers."""

from __future__ import annotations

from flask import Flask

from app.api import approvals, authn, blobs, decisions, errors, health, openapi, queries
from app.api.delivery import activations, bundles
from app.api.enforcement import authzen, delivery_tools, kubernetes
from app.api.events import subscriptions
from app.api.identity import tokens, users
from app.api.inbound import webhooks
from app.api.log import keeping, personal, proofs, search
from app.api.models import marks, stages, verifications, versions
from app.api.releases import completing, incidents

BLUEPRINTS = (
    activations.blueprint,
    *approvals.BLUEPRINTS,
    authzen.blueprint,
    blobs.blueprint,
    bundles.blueprint,
    completing.blueprint,
    decisions.blueprint,
    delivery_tools.blueprint,
    health.blueprint,
    incidents.blueprint,
    keeping.blueprint,
    kubernetes.blueprint,
    marks.blueprint,
    personal.blueprint,
    proofs.blueprint,
    search.blueprint,
    subscriptions.blueprint,
    stages.blueprint,
    openapi.blueprint,
    tokens.blueprint,
    users.blueprint,
    verifications.blueprint,
    versions.blueprint,
    webhooks.blueprint,
)


def register(app: Flask) -> None:
    """Add every route, with what comes before each, and the error handlers behind them."""
    app.before_request(authn.authenticate)
    app.before_request(queries.must_be_plain)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    errors.register(app)
