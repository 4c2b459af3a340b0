"""Measures the pages that list: server time of each at p50 and p95, over many decisions.

    python -m bench.pages [--decisions 1000000] [--url postgresql://...]

The gate is the real one on SQLite, or on the PostgreSQL at --url (empty and migrated), in this
process; the time is that of the whole request. Both are filled a thousand decisions a transaction.
Exit code 0 if every page takes at most 300 ms at p95, 1 if one takes longer.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
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

HOMES = (Role.RISK_COMPLIANCE, Role.SUBMITTER, Role.OPERATOR)
"""Whose home is measured: each sees another one."""
PATHS = (
    "/decisions",
    "/decisions?outcome=deny",
    "/decisions?stage=production&outcome=pending",
    "/decisions?model=team-7/m-7",
    "/decisions?q=reason:signatures.*",
    "/decisions?q=threshold",
    "/decisions?q=actor:ci-9",
    "/decisions?q=-outcome:allow",
    "/decisions?from={week}",
    "/decisions?to={month}",
    "/decisions?outcome=deny&from={week}&to={week}",
    "/decisions?kind=",
    "/decisions?cursor={older}",
    "/models",
    "/waivers",
    "/break-glass",
    "/policies",
    "/policies/proposals",
    "/dashboards",
    "/releases/{release}?stage=production",
    "/decisions/d-100",
)
"""Measured as an auditor sees them; the last two list what happened and what was looked at."""
INPUT = b'{"release": {}}'
"""What policy read: pages look in it for people and for evidence."""
OPEN = "approvals.seat_open"
CODES = ("signatures.missing", "model_card.licence_missing", "evaluation.below_threshold")
ROUNDS = 40
PIECE = 1000
LONGEST_MS = 300
OLDER = re.compile(r'href="[^"]*[?&;]cursor=([^"&]+)[^"]*" rel="next"')


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
        slow = _measure(client, ports)
        ports.close()
    sys.exit(1 if slow else 0)


def a_draft(number: int) -> Draft:
    """A decision as pages read it: four of five are allowed, the rest have two reasons."""
    chance = random.Random(number)  # noqa: S311 - figures, not secrets
    outcome = chance.choices(("allow", "deny", "pending"), (80, 12, 8))[0]
    codes = [] if outcome == "allow" else chance.sample(CODES, 2)
    codes = [OPEN, codes[0]] if outcome == "pending" else codes
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
        "components": {},
        "policy": {"revision": f"p-{number % 20}", "profile": f"{stage}/limited", "checks": []},
        "engine": {"name": "opa_wasm", "version": "1"},
        "input_sha256": Digest.of(INPUT),
        "evidence": {"model_card": None, "evaluations": [], "bundles": []},
        "submitted_by": f"ci-{number % 200}",
        "at": rfc3339(microseconds(datetime.now(UTC))),
    }
    model_name = f"{name['namespace']}/{name['name']}"
    actor = f"ci-{number % 200}"
    kept = ((Digest.of(INPUT), INPUT),) if number == 0 else ()
    return Draft(
        f"d-{number}", Kind.DECISION, actor, body, release, model_name, stage, outcome, kept
    )


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


def _measure(client: FlaskClient, ports: Ports) -> list[str]:
    """Print a row for each page; give those that take too long."""
    asked = [(role, "/") for role in HOMES] + [(Role.AUDITOR, path) for path in PATHS]
    cookies = {role: _cookie(ports, role) for role in (*HOMES, Role.AUDITOR)}
    first = client.get("/decisions", headers=cookies[Role.AUDITOR]).text
    now = datetime.now(UTC)
    places = {
        "week": f"{now - timedelta(days=7):%Y-%m-%d}",
        "month": f"{now - timedelta(days=30):%Y-%m-%d}",
        "older": "".join(OLDER.findall(first)[:1]),
        "release": Digest.of(b"release 7"),
    }
    click.echo(f"{'page':46} {'as':15} {'p50 ms':>7} {'p95 ms':>7}")
    slow = []
    for role, path in asked:
        p50, p95 = _times(partial(_ask, client, path.format(**places), cookies[role]))
        is_slow = p95 > LONGEST_MS
        slow += [path] if is_slow else []
        mark = " slow" if is_slow else ""
        click.echo(f"{path:46} {role.value:15} {p50:7.1f} {p95:7.1f}{mark}"[:80])
    click.echo(f"{len(asked) - len(slow)} of {len(asked)} pages in {LONGEST_MS} ms at p95")
    return slow


def _cookie(ports: Ports, role: Role) -> dict[str, str]:
    ends = datetime.now(UTC) + timedelta(days=1)
    asked = TokenRequest("ci-9", frozenset({role}), EVERYWHERE, ends)
    issued = issue_token(asked, "bench", ports.tokens, ports.new_id, ports.new_secret)
    return {"Cookie": f"{COOKIE}={issued.token}"}


def _ask(client: FlaskClient, path: str, headers: dict[str, str]) -> None:
    answer = client.get(path, headers=headers)
    if answer.status_code != 200:  # noqa: PLR2004 - a page
        raise SystemExit(f"{path} answered {answer.status_code}")


def _times(work: Callable[[], None]) -> tuple[float, float]:
    work()  # what is read once is read now
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    cuts = statistics.quantiles(taken, n=20)
    return cuts[9], cuts[18]


if __name__ == "__main__":
    main()
