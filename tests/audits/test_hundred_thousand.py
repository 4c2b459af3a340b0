"""A log of a hundred thousand entries, on both stores: what is asked of it is found, by index.

How long it takes is told by `make bench`, on a million; here are the facts that need no clock.
"""

from __future__ import annotations

import gc
import json
import random
import sqlite3
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, Engine, event

from app.adapters.stores.opening import Stores
from app.domain.caller import EVERYWHERE, Caller, Role
from app.domain.digest import Digest
from app.domain.entry import Entry
from app.domain.log import audit, merkle, note, question, trust
from app.domain.log.exports.formats import Format
from app.domain.log.question import MOST_COUNTED, Question
from app.gate.log import export
from bench import generated
from tests.plugins.real_postgresql import MIGRATED
from tests.services.postgresql import Server
from tests.worlds import a_world

ENTRIES = 100_000
SMALL = 2_000
PAGE = 50
START, MARCH, APRIL = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 3, 4))
JUNE, DAY = datetime(2026, 6, 1, tzinfo=UTC), timedelta(days=1)
SEARCHED = ("entry", "reason", "words")
"""Tables that grow with the log, and are never to be walked for a question."""

OFTEN = 15
"""Rounds after which PostgreSQL would long have made one plan for all."""
KEPT_PLANS = """
    SELECT sum(generic_plans)::int, sum(custom_plans) > 0 FROM pg_prepared_statements
    WHERE statement LIKE '%%words%%'"""

at = partial(generated.moment, entries=ENTRIES)
outcome, codes = generated.outcome, generated.codes
ASKED: dict[str, Callable[[int], bool]] = {
    "": lambda _: True,
    "model:team-7/m-7": lambda n: n % 500 == 7,
    "project:team-7": lambda n: n % 50 == 7,
    "version:1.5": lambda n: n % 500 % 97 == 5,
    "stage:production": lambda n: n % 3 == 0,
    "outcome:deny": lambda n: outcome(n) == "deny",
    "outcome:pending": lambda n: outcome(n) == "pending",
    "kind:decision": lambda _: True,
    "kind:approval": lambda _: False,
    "policy:p-3": lambda n: n % 20 == 3,
    "actor:ci-9": lambda n: n % 200 == 9,
    f"digest:{Digest.of(b'release 1')}": lambda n: n // generated.OF_ONE_RELEASE == 1,
    "reason:signatures.missing": lambda n: "signatures.missing" in codes(n),
    "reason:model_card.*": lambda n: "model_card.licence_missing" in codes(n),
    "after:2026-06-01 before:2026-06-02": lambda n: JUNE <= at(n) < JUNE + DAY,
    "below threshold": lambda n: "evaluation.below_threshold" in codes(n),
    "outcome:deny stage:production after:2026-03-01 before:2026-04-01": lambda n: (
        n % 3 == 0 and outcome(n) == "deny" and MARCH <= at(n) < APRIL
    ),
    "-outcome:allow": lambda n: outcome(n) != "allow",
    "model:team-7/m-7 -stage:production licence": lambda n: (
        n % 500 == 7 and n % 3 != 0 and "model_card.licence_missing" in codes(n)
    ),
}


@dataclass(frozen=True)
class Filled:
    """A log that was filled, and how to be told by which plan a statement is answered."""

    stores: Stores
    plan: Callable[[str, Any], str]


def plan_of_sqlite(file: Path, statement: str, values: Any) -> str:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
    return "\n".join(row[3] for row in rows)


def plan_of_postgresql(url: str, statement: str, values: Any) -> str:
    with psycopg.connect(url) as connection:
        rows = connection.execute(f"EXPLAIN {statement}".encode(), values).fetchall()
    return "\n".join(row[0] for row in rows)


@contextmanager
def filled(kind: str, folder: Path, entries: int, server: Callable[[], Server]) -> Iterator[Filled]:
    url = None
    if kind == "postgresql":
        url = server().make_database(f"filled-{uuid.uuid4()}", MIGRATED)
    clock = generated.fill(folder, entries, url)
    stores = generated.opened(folder, url, clock)
    if url:
        yield Filled(stores, partial(plan_of_postgresql, url))
    else:
        yield Filled(stores, partial(plan_of_sqlite, folder / "bench.db"))
    stores.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def log(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Filled]:
    folder = tmp_path_factory.mktemp(request.param)
    server = partial(request.getfixturevalue, "postgresql")
    with filled(request.param, folder, ENTRIES, server) as made:
        yield made


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_log_that_is_filled_fast_is_the_log_that_one_by_one_is_made(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server = partial(request.getfixturevalue, "postgresql")
    with filled(kind, tmp_path, SMALL, server) as made:
        policy = trust.of_key(note.parse_key(made.stores.log.key))
        stated = policy.believe(made.stores.log.checkpoint())
        entries = made.stores.log.scan(Question(), 0, SMALL, SMALL)

        assert list(made.stores.check()) == []
        leaves = [merkle.leaf_hash(entry.body) for entry in entries]
        assert merkle.grow(merkle.EMPTY, leaves).frontier.root == stated.root
        following = made.stores.log.append(generated.a_draft(SMALL))
        assert following.seq == SMALL


def test_every_filter_finds_what_was_made(log: Filled) -> None:
    for line, is_wanted in ASKED.items():
        wanted = [n for n in range(ENTRIES) if is_wanted(n)]
        found = log.stores.log.search(question.parse(line), None, PAGE)

        assert [entry.seq for entry in found.entries] == wanted[: -PAGE - 1 : -1], line
        if len(wanted) > MOST_COUNTED or line.startswith("-"):  # what no index gives alone
            assert not found.is_total_exact, line
            assert found.total is not None
            assert PAGE < found.total <= min(len(wanted), MOST_COUNTED + 1), line
        else:
            assert (found.total, found.is_total_exact) == (len(wanted), True), line


def test_every_filter_is_answered_by_an_index(log: Filled) -> None:
    said: list[tuple[str, Any]] = []

    def hear(*told: Any) -> None:
        said.append((told[2], told[3]))

    walked: dict[str, Sequence[str]] = {}
    for line in ASKED:
        said.clear()
        event.listen(Engine, "before_cursor_execute", hear)
        log.stores.log.search(question.parse(line), None, PAGE)
        event.remove(Engine, "before_cursor_execute", hear)
        plans = [log.plan(*one) for one in said if one[0].startswith("SELECT")]
        assert len(plans) > 1, line
        found = [step for plan in plans for step in plan.splitlines() if is_walk(step)]
        if found:
            walked[line] = found

    assert walked == {}


@pytest.mark.parametrize("log", ["postgresql"], indirect=True)
def test_a_question_that_is_asked_often_is_still_planned_for_its_own_words(log: Filled) -> None:
    asking: list[psycopg.Connection[Any]] = []

    def hear(connection: Connection, *_: object) -> None:
        asking.append(connection.connection.driver_connection)  # type: ignore[arg-type] # of psycopg

    event.listen(Engine, "before_cursor_execute", hear)
    for _ in range(OFTEN):
        log.stores.log.search(question.parse("below threshold"), None, PAGE)
    event.remove(Engine, "before_cursor_execute", hear)
    kept = {one: one.execute(KEPT_PLANS).fetchone() for one in dict.fromkeys(asking)}
    for one in kept:
        one.rollback()

    assert len(asking) > OFTEN
    assert all(told == (0, True) for told in kept.values())


def is_walk(step: str) -> bool:
    """Tell whether a step of a plan looks at every row of a table that grows."""
    words = step.replace("->", " ").split()
    if "VIRTUAL" in words:  # FTS5: asked by its own index, of which SQLite says SCAN
        return False
    of_sqlite = words[:1] == ["SCAN"] and words[1] in SEARCHED
    of_postgresql = "Seq Scan on" in step and any(
        f" {name}" in step.partition("Seq Scan on")[2] for name in SEARCHED
    )
    return of_sqlite or of_postgresql


def test_a_walk_through_a_table_would_be_seen(log: Filled) -> None:
    statement = "SELECT count(*) FROM entry WHERE length(body) = 7"

    assert [step for step in log.plan(statement, ()).splitlines() if is_walk(step)]


def test_a_receipt_of_any_entry_verifies(log: Filled) -> None:
    policy = trust.of_key(note.parse_key(log.stores.log.key))
    chance = random.Random(7)  # noqa: S311 - any entry will do
    for seq in [0, ENTRIES - 1, *(chance.randrange(ENTRIES) for _ in range(50))]:
        receipt = log.stores.log.receipt(seq)
        (entry,) = log.stores.log.scan(Question(), seq, seq + 1, 1)

        stated = policy.believe(receipt.signed)
        leaf = merkle.leaf_hash(entry.body)
        assert merkle.includes(leaf, seq, stated.size, receipt.proof, stated.root)
        assert not merkle.includes(leaf, seq ^ 1, stated.size, receipt.proof, stated.root)


def test_the_whole_log_is_whole_to_a_stranger(log: Filled) -> None:
    policy = trust.of_key(note.parse_key(log.stores.log.key))
    report = audit.audit(partial(generated.file_of, log.stores.log), policy)

    assert report.findings == ()
    assert report.entries == report.checkpoint.size >= ENTRIES  # type: ignore[union-attr] # it is whole


def test_an_export_has_every_row_and_holds_few_at_a_time(log: Filled) -> None:
    ports = replace(a_world().ports, log=log.stores.log)
    auditor = Caller("auditor", frozenset({Role.AUDITOR}), "t-1", EVERYWHERE)
    gc.collect()  # what tests before this one have left
    before = entries_in_memory()
    lines = export.log(question.parse(""), "", 0, Format.JSONL, auditor, ports)
    written, most, last = 0, 0, b""
    while line := next(lines, b""):
        written, last = written + 1, line
        if written % 20_000 == 0:
            most = max(most, entries_in_memory() - before)

    told: Mapping[str, Any] = json.loads(last)["export"]
    assert (written, told["count"], told["last"]) == (ENTRIES + 1, ENTRIES, ENTRIES - 1)
    assert 0 < most < 2 * export.PIECE


def entries_in_memory() -> int:
    return sum(type(one) is Entry for one in gc.get_objects())
