"""Builds the Flask application: ports, limits, routes, error handlers, telemetry."""

from __future__ import annotations

import atexit

from flask import Flask
from prometheus_client import CollectorRegistry

from app import api, bootstrap, telemetry, web
from app.api.context import EXTENSION, Context
from app.ports import Ports
from app.settings import Settings


def create_app(settings: Settings) -> Flask:
    """Build the gate on real parts. Raises SettingsError or GateError when it cannot start."""
    telemetry.configure_logs(settings.log_level)
    registry = CollectorRegistry()
    ports = bootstrap.ports(settings, registry)
    atexit.register(ports.close)
    return build(ports, settings, registry)


def build(ports: Ports, settings: Settings, registry: CollectorRegistry) -> Flask:
    """Build the gate on these ports."""
    app = Flask("countersign", static_folder=None)
    app.extensions[EXTENSION] = Context(ports, settings.max_body_bytes, settings.max_document_bytes)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_document_bytes
    api.register(app)
    web.register(app, ports)
    telemetry.install(app, registry)
    return app
