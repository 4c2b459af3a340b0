"""Logs, request ids and metrics; installed once, by the factory."""

from __future__ import annotations

import io
import logging
import re
import sys
import time
import uuid
from contextlib import suppress
from typing import TextIO, cast

import structlog
from flask import Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest

from app.api.context import permits
from app.domain.caller import Action

_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds: a bound at each aim, 20 ms for an admission review."""
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class _Unfailing(io.TextIOBase):
    """Standard error, which may lie on a full disk: what cannot be logged changes no answer."""

    def write(self, text: str) -> int:
        """Write what can be written."""
        with suppress(OSError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush what can be flushed."""
        with suppress(OSError):
            sys.stderr.flush()


def configure_logs(level: str) -> None:
    """Write one JSON object a line to standard error; control characters are escaped by JSON."""
    logging.basicConfig(stream=sys.stderr, level=level, format="%(message)s", force=True)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Unfailing())),
    )


def install(app: Flask, registry: CollectorRegistry) -> None:
    """Give each request an id, time it, and serve /metrics from this registry."""
    seconds = Histogram(
        "countersign_request_seconds",
        "Time to answer a request",
        ["method", "route", "status"],
        registry=registry,
        buckets=_BUCKETS,
    )

    def begin() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        g.started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    def end(answer: Response) -> Response:
        answer.headers["X-Request-Id"] = g.request_id
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers.setdefault("Cache-Control", "no-store")
        route = request.url_rule.rule if request.url_rule else "unknown"
        taken = time.perf_counter() - g.started
        seconds.labels(request.method, route, answer.status_code).observe(taken)
        return answer

    @permits(Action.OBSERVE)
    def metrics() -> Response:
        return Response(generate_latest(registry), mimetype=CONTENT_TYPE_LATEST)

    app.before_request_funcs.setdefault(None, []).insert(0, begin)
    app.after_request(end)
    app.add_url_rule("/metrics", "telemetry.metrics", metrics)
