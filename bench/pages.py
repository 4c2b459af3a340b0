"""Measures the pages that list: server time of each at p50 and p95, over many decisions.

    python -m bench.pages [--decisions 100000]

The gate is the real one on SQLite, in this process; the time is that of the whole request.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry

from app import bootstrap
from app.domain.caller import EVERYWHERE, Role
from app.domain.digest import Digest
from app.domain.entry import Draft, Kind
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
    "/policies/proposals",
    "/dashboards",
)
CODES = ("signatures.missing", "model_card.licence_missing", "evaluation.below_threshold")
ROUNDS = 40
WRITERS = 64


def main() -> None:
    """Fill a log, ask for every page, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.from_environment(
            {"COUNTERSIGN_DATA_DIR": folder, "COUNTERSIGN_LOG_LEVEL": "ERROR"}
        )
        registry = CollectorRegistry()
        ports = bootstrap.ports(settings, registry)
        _fill(ports, given.decisions)
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
    }
    model_name = f"{name['namespace']}/{name['name']}"
    actor = f"ci-{number % 200}"
    return Draft(f"d-{number}", Kind.DECISION, actor, body, release, model_name, stage, outcome)


def _fill(ports: Ports, decisions: int) -> None:
    start = time.perf_counter()
    with ThreadPoolExecutor(WRITERS) as pool:
        for _ in pool.map(ports.log.append, map(a_draft, range(decisions))):
            pass
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
