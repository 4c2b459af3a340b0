"""`GET /v1/log` asked in random forms: answered as a walk over every entry answers, never 500."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry

from app.adapters.stores.opening import Stores
from app.domain.caller import EVERYWHERE, Role
from app.domain.digest import Digest
from app.domain.entry import Draft, Kind, microseconds
from app.domain.errors import InvalidSubmissionError
from app.domain.log import question
from app.domain.log.facets import facets
from app.domain.log.question import Field, Question, Term
from app.factory import build
from app.gate.issue_token import TokenRequest, issue_token
from app.settings import Settings
from tests.fakes.stores import SetClock
from tests.worlds import a_world

OK, REFUSED = 200, 422
ENTRIES = 150
FORMS = 100
"""Random questions a store; two thousand of them found nothing more."""
MODELS = ("acme/credit", "acme/Credit", "acme/cred_t", "globex/a%b", "acme/\u00e4rger")
STAGES = ("production", "dev", "PRODUCTION", "st%ge")
CODES = ("signatures.none", "signatures.file_changed", "signaturesXnone", "model_card.missing")
ACTORS = ("ci", "CI", "ann@acme.example", "o'brien", "a:b")
TEXTS = (
    *("the Gr\u00fcne licence", "too_low 0.75", "-x", "NEAR licence", "\u0130stanbul"),
    "AND OR NOT",
)
VERSIONS = ("1", "1.0", "01")
ODD = (
    *("", '"', '""', "*", "%", "_", ":", "-", "a:b", "kind:", "-kind:x", "after:", "x\x00y"),
    *("\u202e", "'", ";--", "\\", "9" * 30, "NaN", "null", "model:%", "(", ")", "a*", "^", "{}"),
    *('"a b"', "+", "&"),
)
TIMES = (
    *("2026-11-24", "2026-11-24T12:01:00Z", "2026-11-24T12:02:30.5+01:00", "2026-W48", "20261124"),
    *("0001-01-01", "9999-12-31T23:59:59-23:59", "2026-13-01", "now", "2026-11-24T12:01:00", "1e9"),
    *("0001-01-01T00:00:00+23:59", "2026-11-24T24:00:00"),
)


@dataclass(frozen=True)
class Asked:
    """A gate over a log, and every entry of it."""

    client: FlaskClient
    headers: dict[str, str]
    bodies: tuple[dict[str, Any], ...]

    def get(self, given: list[tuple[str, str]]) -> tuple[int, dict[str, Any]]:
        answer = self.client.get("/v1/log", query_string=given, headers=self.headers)
        return answer.status_code, answer.get_json()


def a_draft(number: int, chance: random.Random) -> Draft:
    namespace, name = chance.choice(MODELS).split("/")
    outcome = chance.choice(("allow", "deny", "pending"))
    codes = [] if outcome == "allow" else chance.sample(CODES, chance.randint(1, 2))
    model = {"namespace": namespace, "name": name, "version": chance.choice(VERSIONS)}
    body = {
        "outcome": outcome,
        "release": {"model": model},
        "policy": {"revision": chance.choice(("p-1", "P-1"))},
        "reasons": [{"code": code, "message": chance.choice(TEXTS)} for code in codes],
    }
    kind = chance.choice((Kind.DECISION, Kind.DECISION, Kind.APPROVAL))
    digest = Digest.of(str(chance.randint(0, 5)).encode())
    stage = chance.choice((*STAGES, None))
    actor = chance.choice(ACTORS)
    return Draft(f"e-{number}", kind, actor, body, digest, f"{namespace}/{name}", stage, outcome)


@pytest.fixture
def asked(stores: Stores, clock: SetClock, tmp_path: Path) -> Asked:
    chance = random.Random(7)  # noqa: S311 - the same log each time
    wanted = TokenRequest(
        "ann", frozenset({Role.AUDITOR}), EVERYWHERE, clock.now() + timedelta(days=9)
    )
    world = a_world()
    token = issue_token(wanted, "test", stores.tokens, world.ports.new_id, lambda: "s" * 43).token
    for number in range(ENTRIES):
        stores.log.append(a_draft(number, chance))
        clock.advance(chance.choice((0, 1, 7)))
    ports = replace(world.ports, log=stores.log, documents=stores.documents, tokens=stores.tokens)
    settings = Settings.from_environment({"COUNTERSIGN_DATA_DIR": str(tmp_path)})
    client = build(ports, settings, CollectorRegistry()).test_client()
    entries = stores.log.scan(Question(), 0, ENTRIES + 1, ENTRIES + 1)
    bodies = tuple(json.loads(entry.body) for entry in entries)
    return Asked(client, {"Authorization": f"Bearer {token}"}, bodies)


def fits(body: dict[str, Any], wanted: Question) -> bool:
    """Tell whether a question finds an entry, by looking at all that it says."""
    at = microseconds(datetime.fromisoformat(body["at"]).astimezone(UTC))
    if wanted.since is not None and at < wanted.since:
        return False
    if wanted.until is not None and at >= wanted.until:
        return False
    known = facets(body)
    words = known.words.split()
    if not all(word in words for word in wanted.words):
        return False
    return all(_holds(body, term) is not term.is_excluded for term in wanted.terms)


def _holds(body: dict[str, Any], term: Term) -> bool:
    entry, known = body["entry"], facets(body)
    if term.field is Field.REASON:
        is_start = term.value.endswith("*")
        start = term.value.removesuffix("*")
        return any(c.startswith(start) if is_start else c == term.value for c in known.reasons)
    if term.field is Field.PROJECT:
        return str(entry.get("model", "")).startswith(f"{term.value}/")
    there = {
        Field.VERSION: known.version,
        Field.POLICY: known.policy,
        Field.DIGEST: entry.get("release_digest"),
    }
    return bool(there.get(term.field, entry.get(term.field.value)) == term.value)


def value_of(field: str, chance: random.Random) -> str:
    known: dict[str, tuple[str, ...]] = {
        "digest": tuple(str(Digest.of(str(n).encode())) for n in range(7)),
        "reason": (*CODES, "signatures.*", "*", "model_card.%*", "signatures_none", "sign*"),
        "version": VERSIONS,
        "actor": ACTORS,
        "model": MODELS,
        "project": ("acme", "globex", "ac", "ac_e", "acme/credit"),
        "policy": ("p-1", "P-1", "p_1"),
        "stage": STAGES,
        "outcome": ("allow", "DENY", "pending", "maybe"),
        "kind": ("decision", "approval", "Decision", "token_created", "nothing"),
    }
    return chance.choice(ODD) if chance.random() < 0.12 else chance.choice(known[field])


def a_form(chance: random.Random) -> list[tuple[str, str]]:
    """Make parameters of a question: fields by name, a line, times, words; some are nonsense."""
    fields = [field.value for field in Field]
    named = chance.sample(fields, chance.choice((0, 0, 1, 2)))
    given = [(field, value_of(field, chance)) for field in named]
    parts = [a_part(fields, chance) for _ in range(chance.choice((0, 1, 2, 3)))]
    if parts:
        given.append(("q", chance.choice((" ", "  ", "\t")).join(parts)))
    times = [name for name in ("from", "to") if chance.random() < 0.15]
    given += [(name, chance.choice((*TIMES, *ODD))) for name in times]
    if chance.random() < 0.1:
        given.append(("words", chance.choice((*TEXTS, *ODD))))
    if chance.random() < 0.05:
        name = chance.choice(("colour", "as_of", "limit", "cursor", "kind"))
        given.append((name, chance.choice(ODD)))
    chance.shuffle(given)
    return given


def a_part(fields: list[str], chance: random.Random) -> str:
    kind = chance.random()
    if kind > 0.75:
        return chance.choice((*TEXTS, *ODD, "licence", "LICENCE", "gr\u00fcne", "75"))
    if kind > 0.6:
        return f"{chance.choice(('after', 'before', '-after'))}:{chance.choice(TIMES)}"
    field = chance.choice(fields)
    value = value_of(field, chance)
    quoted = f'"{value}"' if " " in value or chance.random() < 0.2 else value
    return f"{chance.choice(('', '', '-'))}{field}:{quoted}"


def read(given: list[tuple[str, str]]) -> Question | None:
    """Read a form as the gate says that it is read; None where it is to be refused."""
    if len(dict(given)) != len(given) or any("\x00" in value for _, value in given):
        return None
    try:
        return question.of_parameters(dict(given))
    except InvalidSubmissionError:
        return None


def wrong_about(asked: Asked, given: list[tuple[str, str]], limit: str) -> object:
    """Ask, page by page as well, and tell what is not as the walk has it; None if all is."""
    wanted = read([pair for pair in given if pair[0] not in {"limit", "cursor"}])
    status, page = asked.get(given)
    if status != OK:
        is_refused = wanted is None or {"limit", "cursor"} & set(dict(given))
        return None if status == REFUSED and is_refused else (given, status, page)
    if wanted is None:
        return given, "was to be refused"
    found, seen = [entry["seq"] for entry in page["entries"]], page["total"]
    _, page = asked.get([*given, ("limit", limit)])
    paged, total = [entry["seq"] for entry in page["entries"]], page["total"]
    while page["next_cursor"]:
        _, page = asked.get([*given, ("limit", limit), ("cursor", page["next_cursor"])])
        paged += [entry["seq"] for entry in page["entries"]]
    expected = [body["seq"] for body in reversed(asked.bodies) if fits(body, wanted)]
    is_right = paged == expected and found == expected[:50]
    return None if is_right and total == seen == len(expected) else (given, expected, paged, total)


def test_what_a_walk_over_every_entry_finds_is_found(asked: Asked) -> None:
    chance = random.Random(20261126)  # noqa: S311 - the same forms each time
    forms = [(a_form(chance), chance.choice(("1", "7", "1000"))) for _ in range(FORMS)]

    assert [wrong for wrong in (wrong_about(asked, *form) for form in forms) if wrong] == []
    assert sum(read(given) is not None for given, _ in forms) > FORMS // 4
