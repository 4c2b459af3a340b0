"""Measures the pages that list: server time of each at p50 and p95, over many decisions.

    python -m bench.pages [--decisions 1000000] [--url postgresql://...]

The gate is the real one on SQLite, or on the PostgreSQL at --url (empty and migrated), in this
process; the time is that of the whole request.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry

from app import bootstrap
from app.adapters.stores import postgres, sqlite
from app.adapters.stores.log import appending
from app.adapters.stores.log.appending import Work
from app.domain.caller import EVERYWHERE, Role
from app.domain.digest import Digest
from app.domain.entry import Draft, Kind, microseconds, rfc3339
from app.factory import build
from app.gate.issue_token import TokenRequest, issue_token
from app.ports import Ports
from app.settings import Settings
from app.web.session import COOKIE

PATHS = (
    "/",
    "/decisions",
    "/decisions?outcome=deny",
    "/decisions?stage=production&outcome=pending",
    "/decisions?model=team-7/m-7",
    "/decisions?q=reason:signatures.*",
    "/decisions?q=threshold",
    "/decisions?kind=",
    "/models",
    "/waivers",
    "/break-glass",
    "/policies/proposals",
    "/dashboards",
)
CODES = ("signatures.missing", "model_card.licence_missing", "evaluation.below_threshold")
ROUNDS = 40
PIECE = 1000


def main() -> None:
    """Fill a log, ask for every page, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=1_000_000)
    parser.add_argument("--url")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        told = {"COUNTERSIGN_DATA_DIR": folder, "COUNTERSIGN_LOG_LEVEL": "ERROR"}
        if given.url:
            told["COUNTERSIGN_DATABASE_URL"] = given.url
        settings = Settings.from_environment(told)
        bootstrap.ports(settings, CollectorRegistry()).close()
        _fill(settings, given.decisions)
        registry = CollectorRegistry()
        ports = bootstrap.ports(settings, registry)
        client = build(ports, settings, registry).test_client(use_cookies=False)
        for role in (Role.RISK_COMPLIANCE, Role.SUBMITTER, Role.AUDITOR):
            _measure(client, ports, role)
        ports.close()


def a_draft(number: int) -> Draft:
    """A decision as pages read it: four of five are allowed, the rest have two reasons."""
    chance = random.Random(number)  # noqa: S311 - figures, not secrets
    outcome = chance.choices(("allow", "deny", "pending"), (80, 12, 8))[0]
    codes = [] if outcome == "allow" else chance.sample(CODES, 2)
    model, stage = number % 500, ("production", "staging", "dev")[number % 3]
    release = Digest.of(f"release {number // 20}".encode())
    name = {"namespace": f"team-{model % 50}", "name": f"m-{model}", "version": f"1.{model % 97}"}
    body: dict[str, Any] = {
        "decision_id": f"d-{number}",
        "outcome": outcome,
        "release": {"digest": release, "model": name, "stage": stage, "risk_tier": "limited"},
        "reasons": [{"code": code, "message": f"this breaks {code}"} for code in codes],
        "reasons_total": len(codes),
        "warnings": [],
        "next_actions": [{"who": "risk_compliance", "how": "approve", "codes": codes}],
        "policy": {"revision": f"p-{number % 20}", "profile": f"{stage}/limited", "checks": []},
        "engine": {"name": "opa_wasm", "version": "1"},
        "input_sha256": Digest.of(b"input"),
        "evidence": {"model_card": None, "evaluations": [], "bundles": []},
        "submitted_by": f"ci-{number % 200}",
        "at": rfc3339(microseconds(datetime.now(UTC))),
    }
    model_name = f"{name['namespace']}/{name['name']}"
    actor = f"ci-{number % 200}"
    return Draft(f"d-{number}", Kind.DECISION, actor, body, release, model_name, stage, outcome)


def _fill(settings: Settings, decisions: int) -> None:
    # A thousand a transaction, over the sixty days before now.
    start, now = time.perf_counter(), datetime.now(UTC)
    url, file = settings.database_url, settings.data_dir / "countersign.db"
    database = postgres.open_database(url) if url else sqlite.open_database(file)
    for low in range(0, decisions, PIECE):
        works = [Work(a_draft(number)) for number in range(low, min(low + PIECE, decisions))]
        at = now - timedelta(days=60) * (1 - low / decisions)
        with database.write() as connection:
            appending.append(connection, works, settings.log_name, microseconds(at))
    if url:
        with database.write() as connection:
            connection.exec_driver_sql("ANALYZE")
    database.close()
    click.echo(f"{decisions} decisions in {time.perf_counter() - start:.0f} s")


def _measure(client: FlaskClient, ports: Ports, role: Role) -> None:
    asked = TokenRequest(
        "ci-9", frozenset({role}), EVERYWHERE, datetime.now(UTC) + timedelta(days=1)
    )
    issued = issue_token(asked, "bench", ports.tokens, ports.new_id, ports.new_secret)
    cookie = {"Cookie": f"{COOKIE}={issued.token}"}
    for path in PATHS:

        def ask(path: str = path) -> None:
            answer = client.get(path, headers=cookie)
            if answer.status_code != 200:  # noqa: PLR2004 - a page
                raise SystemExit(f"{path} answered {answer.status_code}")

        p50, p95 = _times(ask)
        click.echo(f"{role.value:16} {path:45} p50 {p50:6.1f} ms   p95 {p95:6.1f} ms")


def _times(work: Callable[[], None]) -> tuple[float, float]:
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    cuts = statistics.quantiles(taken, n=20)
    return cuts[9], cuts[18]


if __name__ == "__main__":
    main()
