"""The served gate under kill -9, a full disk and a database that hangs: as its callers see it."""

from __future__ import annotations

import signal
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from app.bootstrap import storage
from app.domain.entry import Kind
from app.domain.log import merkle, note, trust
from app.domain.log.question import Question
from app.settings import Settings
from tests.plugins.real_postgresql import MIGRATED, running_server
from tests.services.gates import Gate, a_token, environment_of, served
from tests.services.postgresql import Server

KILLS = 2
CALLERS = 8
ACKNOWLEDGED = 40
"""Decisions that are answered before the gate is killed."""
SUBMISSION = {
    "model": {"namespace": "acme", "name": "scorer", "version": "1"},
    "files": [{"path": "m.bin", "size": 1, "sha256": "ab" * 32}],
    "stage": "production",
    "risk_tier": "limited",
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as running:
        yield running


@pytest.fixture
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Settings of a gate on SQLite or, if the test's parameter says so, on PostgreSQL."""
    if request.param == "sqlite":
        return environment_of(tmp_path, None)
    server: Server = request.getfixturevalue("server")
    return environment_of(tmp_path, server.make_database(f"gate-{uuid.uuid4()}", MIGRATED))


def under_load(gate: Gate, prefix: str) -> dict[int, str]:
    """Let callers ask until enough are answered, kill the gate, and tell what was answered."""
    answered: dict[int, str] = {}
    is_enough = threading.Event()

    def ask(caller: int) -> None:
        number = 0
        while True:
            number += 1
            try:
                answer = gate.post(SUBMISSION, f"{prefix}-{caller}-{number}")
            except requests.RequestException:
                return  # the gate is gone
            if answer.ok:
                body = answer.json()
                answered[body["seq"]] = body["decision_id"]
            if len(answered) >= ACKNOWLEDGED:
                is_enough.set()

    with ThreadPoolExecutor(CALLERS) as pool:
        for caller in range(CALLERS):
            pool.submit(ask, caller)
        was_enough = is_enough.wait(180)
        gate.kill()  # in any case: they ask until it is gone
    assert was_enough
    return answered


def assert_kept(environment: dict[str, str], answered: dict[int, str]) -> None:
    with storage.opened_stores(Settings.from_environment(environment)) as stores:
        policy = trust.of_key(note.parse_key(stores.log.key))
        stated = policy.believe(stores.log.checkpoint())
        entries = stores.log.scan(Question(), 0, stated.size, stated.size)
        faults = list(stores.check())
    assert answered.items() <= {entry.seq: entry.id for entry in entries}.items()
    assert [entry.seq for entry in entries] == list(range(stated.size))
    leaves = [merkle.leaf_hash(entry.body) for entry in entries]
    assert merkle.grow(merkle.EMPTY, leaves).frontier.root == stated.root
    assert faults == []


@pytest.mark.parametrize("environment", ["sqlite", "postgresql"], indirect=True)
def test_no_answered_decision_is_lost_when_the_gate_is_killed_under_load(
    environment: dict[str, str], tmp_path: Path
) -> None:
    token = a_token(environment)
    answered: dict[int, str] = {}
    for number in range(KILLS):
        with served(environment, token, tmp_path / "gate.log") as gate:
            answered |= under_load(gate, f"round-{number}")

    assert len(answered) >= KILLS * ACKNOWLEDGED
    assert_kept(environment, answered)


@pytest.mark.parametrize(
    ("environment", "workers"), [("sqlite", 1), ("postgresql", 2)], indirect=["environment"]
)
def test_one_key_of_sixteen_callers_is_one_decision_however_many_workers(
    environment: dict[str, str], workers: int, tmp_path: Path
) -> None:
    token = a_token(environment)
    with served(environment, token, tmp_path / "gate.log", workers=workers) as gate:
        for key in ("k-1", "k-2"):
            with ThreadPoolExecutor(16) as pool:
                asked = [pool.submit(gate.post, SUBMISSION, key) for _ in range(16)]
            answers = [one.result() for one in asked]

            assert {answer.status_code for answer in answers} == {200}
            assert len({answer.json()["decision_id"] for answer in answers}) == 1

    with storage.opened_stores(Settings.from_environment(environment)) as stores:
        assert len(stores.log.page(Kind.DECISION, before=None, limit=9).entries) == 2


@pytest.mark.parametrize("environment", ["sqlite"], indirect=True)
def test_a_full_disk_is_a_503_and_the_gate_goes_on_when_there_is_room(
    environment: dict[str, str], tmp_path: Path
) -> None:
    token = a_token(environment)
    with served(environment, token, tmp_path / "gate.log") as gate:
        before = gate.post(SUBMISSION, "before")
        gate.limit_files(1000)
        full = [gate.post(SUBMISSION, "full") for _ in range(3)]
        gate.limit_files(-1)
        after = [gate.post(SUBMISSION, key) for key in ("full", "after")]

    codes = {(answer.status_code, answer.json()["code"]) for answer in full}
    assert codes == {(503, "store_unavailable")}
    assert {answer.status_code for answer in (before, *after)} == {200}
    answered = {a.json()["seq"]: a.json()["decision_id"] for a in (before, *after)}
    assert_kept(environment, answered)


@pytest.mark.parametrize("environment", ["postgresql"], indirect=True)
def test_a_database_that_hangs_is_a_503_and_the_gate_goes_on_when_it_answers(
    environment: dict[str, str], server: Server, tmp_path: Path
) -> None:
    token = a_token(environment)
    with served(environment, token, tmp_path / "gate.log") as gate:
        before = gate.post(SUBMISSION, "before")
        server.signal(signal.SIGSTOP)
        try:
            hung = gate.post(SUBMISSION, "hung")
        finally:
            server.signal(signal.SIGCONT)
        after = [gate.post(SUBMISSION, key) for key in ("hung", "after")]

    assert (hung.status_code, hung.json()["code"]) == (503, "store_unavailable")
    assert hung.headers["Retry-After"]
    assert {answer.status_code for answer in (before, *after)} == {200}
    answered = {a.json()["seq"]: a.json()["decision_id"] for a in (before, *after)}
    assert_kept(environment, answered)


@pytest.mark.parametrize("environment", ["postgresql"], indirect=True)
def test_a_database_that_is_stopped_or_killed_is_a_503_and_the_gate_goes_on_when_it_is_back(
    environment: dict[str, str], server: Server, tmp_path: Path
) -> None:
    token = a_token(environment)
    with served(environment, token, tmp_path / "gate.log") as gate:
        answers = [gate.post(SUBMISSION, "before")]
        for down in (server.stop, server.kill):
            down()
            gone = gate.post(SUBMISSION, down.__name__)
            server.start()
            answers.append(gate.post(SUBMISSION, down.__name__))
            assert (gone.status_code, gone.json()["code"]) == (503, "store_unavailable")
            assert gone.headers["Retry-After"]

    assert {answer.status_code for answer in answers} == {200}
    assert_kept(environment, {a.json()["seq"]: a.json()["decision_id"] for a in answers})
