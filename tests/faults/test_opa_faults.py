"""An OPA that is absent, slow, wrong or lying: PolicyEngineError in time, never a verdict."""

from __future__ import annotations

import json
import socket
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.adapters.engines.opa_server import OpaServer
from app.adapters.engines.verdict import VerdictReader
from app.demo.running_gate import free_port
from app.domain.decision import Outcome
from app.domain.errors import PolicyEngineError
from tests import peers
from tests.builders import a_practice

PROJECT = Path(__file__).parent.parent.parent
VERDICTS = VerdictReader(json.loads((PROJECT / "schemas" / "verdict.json").read_text()))
LIMIT = timedelta(seconds=60)
"""Of an engine whose peer says something: a busy machine is no reason for a refusal."""
SHORT = timedelta(seconds=0.5)
"""Of an engine whose peer says nothing, or never ends."""
SLACK_SECONDS = 20.0
"""For a busy machine; an engine without a total deadline needs more than twice that."""
DOCUMENT = {"release": {"stage": "production"}}
ALLOW: dict[str, Any] = {
    "outcome": "allow",
    "reasons": [],
    "warnings": [],
    "profile": "production/high",
    "checks": {"expected": ["size"], "ran": ["size"]},
}
PROVENANCE = {"version": "1.22.2", "bundles": {"gate": {"revision": "r1"}}}
QUORUMS = {"production": {"high": {"risk_compliance": 1}}}
PRACTICE = a_practice(QUORUMS)


def a_body(**changes: object) -> bytes:
    return json.dumps({"result": ALLOW, "provenance": PROVENANCE, **changes}).encode()


def an_engine(url: str, *, token: str | None = None, limit: timedelta = LIMIT) -> OpaServer:
    return OpaServer(url, VERDICTS, token=token, limit=limit)


def an_opa(decision: peers.Behaviour) -> peers.Behaviour:
    """Answer the first question as told, and every later one with the practice."""
    asked: list[int] = []

    def behave(connection: socket.socket, over: threading.Event) -> None:
        asked.append(1)
        whole = peers.answers(a_body(result=PRACTICE))
        (decision if len(asked) == 1 else whole)(connection, over)

    return behave


def in_turn(bodies: list[bytes]) -> peers.Behaviour:
    """Answer each question with the next body."""

    def behave(connection: socket.socket, over: threading.Event) -> None:
        peers.answers(bodies.pop(0))(connection, over)

    return behave


def refuses(behaviour: peers.Behaviour, limit: timedelta = LIMIT) -> PolicyEngineError:
    """Evaluate against the peer; it must be refused."""
    with peers.a_peer(behaviour) as (url, _):
        engine = an_engine(url, limit=limit)
        with pytest.raises(PolicyEngineError) as refused:
            engine.evaluate(DOCUMENT)
        engine.close()

    return refused.value


def ends_at_the_limit(behaviour: peers.Behaviour) -> None:
    """Evaluate against the peer; it must be refused because its time is up."""
    started_at = time.monotonic()
    refused = refuses(behaviour, SHORT)
    took = time.monotonic() - started_at

    assert "in time" in refused.message
    assert took < SHORT.total_seconds() + SLACK_SECONDS


def test_a_whole_answer_is_a_verdict() -> None:
    with peers.a_peer(an_opa(peers.answers(a_body()))) as (url, _):
        verdict = an_engine(url).evaluate(DOCUMENT)

    assert verdict.outcome is Outcome.ALLOW
    assert verdict.policy_revision == "r1"
    assert verdict.engine.version == "1.22.2"


def test_nobody_listens() -> None:
    with pytest.raises(PolicyEngineError, match="did not answer"):
        an_engine(f"http://127.0.0.1:{free_port()}").evaluate(DOCUMENT)


def test_no_unix_socket(tmp_path: Path) -> None:
    with pytest.raises(PolicyEngineError, match="did not answer"):
        an_engine(f"unix://{tmp_path}/opa.sock").evaluate(DOCUMENT)


def test_a_hang_ends_at_the_limit() -> None:
    ends_at_the_limit(peers.hangs)


def test_a_drip_ends_at_the_limit_although_no_read_waits_long() -> None:
    body = a_body() + b" " * 500
    content = peers.head(len(body)) + body

    ends_at_the_limit(peers.drips(content, every_seconds=0.1))


def test_a_drip_in_chunks_ends_at_the_limit() -> None:
    content = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 1000

    ends_at_the_limit(peers.drips(content, every_seconds=0.05))


def test_a_head_without_end_ends_at_the_limit() -> None:
    content = b"HTTP/1.1 200 OK\r\nX: " + b"x" * 60_000

    ends_at_the_limit(peers.drips(content, every_seconds=0.05))


@pytest.mark.parametrize(
    "behaviour", [peers.resets, peers.ends, peers.sends(b"\x00\xff garbage\r\n\r\n")]
)
def test_a_connection_that_breaks(behaviour: peers.Behaviour) -> None:
    assert "did not answer" in refuses(behaviour).message


def test_an_answer_that_breaks_off() -> None:
    body = a_body()

    def half(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(peers.head(len(body)) + body[: len(body) // 2])
        peers.ends(connection, over)

    refuses(half)


@pytest.mark.parametrize(
    "status",
    [
        "201 Created",
        "204 No Content",
        "400 Bad Request",
        "401 Unauthorized",
        "404 Not Found",
        "500 Internal Server Error",
        "503 Service Unavailable",
    ],
)
def test_another_status_than_200_whatever_the_body_says(status: str) -> None:
    refused = refuses(peers.answers(a_body(), status))

    assert "status" in refused.message or "did not answer" in refused.message


def test_a_redirect_is_not_followed() -> None:
    with peers.a_peer(an_opa(peers.answers(a_body()))) as (elsewhere, asked):
        location = f"Location: {elsewhere}/v1/data/gate/decision\r\n"

        refused = refuses(peers.answers(b"", "307 Temporary Redirect", location))

    assert "status 307" in refused.message
    assert asked == []


def test_a_failure_is_not_asked_again() -> None:
    unavailable = peers.answers(b"{}", "503 Service Unavailable")
    with peers.a_peer(unavailable) as (url, asked), pytest.raises(PolicyEngineError):
        an_engine(url).evaluate(DOCUMENT)

    assert len(asked) == 1


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with peers.a_peer(peers.hangs) as (proxy, asked_proxy):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy)
        with peers.a_peer(an_opa(peers.answers(a_body()))) as (url, _):
            an_engine(url).evaluate(DOCUMENT)

    assert asked_proxy == []


def test_the_token_and_the_strict_question_are_sent() -> None:
    with peers.a_peer(an_opa(peers.answers(a_body()))) as (url, asked):
        an_engine(url, token="s3cret").evaluate(DOCUMENT)

    assert asked[0].startswith(b"POST /v1/data/gate/decision?")
    assert b"strict-builtin-errors=true&provenance=true" in asked[0].splitlines()[0]
    assert b"Authorization: Bearer s3cret" in asked[0]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"garbage",
        b"[]",
        b"null",
        b"true",
        b"{}",
        b'{"result": NaN}',
        a_body() + b" trailing",
        b'{"result": {}, ' + a_body()[1:],
        b"\xff\xfe" + a_body(),
        b'{"result": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    ],
    ids=[
        "empty",
        "garbage",
        "array",
        "null",
        "true",
        "undefined",
        "nan",
        "trailing",
        "twice",
        "utf-16",
        "deep",
    ],
)
def test_a_body_that_is_no_answer(body: bytes) -> None:
    refuses(peers.answers(body))


@pytest.mark.parametrize(
    "body",
    [
        a_body(result=None),
        a_body(result=True),
        a_body(result="allow"),
        a_body(result=[ALLOW]),
        a_body(result={}),
        a_body(result={"outcome": "allow"}),
        a_body(result={**ALLOW, "outcome": "ALLOW"}),
        a_body(result={**ALLOW, "outcome": True}),
        a_body(result={**ALLOW, "checks": {"expected": [], "ran": []}}),
        a_body(result={**ALLOW, "checks": {"expected": ["size", "vote"], "ran": ["size"]}}),
        a_body(result={**ALLOW, "override": True}),
    ],
)
def test_a_value_that_is_no_verdict(body: bytes) -> None:
    refused = refuses(an_opa(peers.answers(body)))

    assert "verdict" in refused.message or "contradicts" in refused.message


@pytest.mark.parametrize(
    "provenance",
    [
        None,
        {},
        [],
        {"version": "1.22.2"},
        {"version": "1.22.2", "bundles": {}},
        {"version": "1.22.2", "bundles": {"gate": {}}},
        {"version": "1.22.2", "bundles": {"gate": {"revision": ""}}},
        {"version": "1.22.2", "bundles": {"gate": {"revision": 7}}},
        {"version": "1.22.2", "bundles": {"gate": {"revision": "r1\n"}}},
        {"version": "1.21.2", "bundles": {"gate": {"revision": "r1"}}},
        {"version": "0.70.0", "bundles": {"gate": {"revision": "r1"}}},
        {"version": "latest", "bundles": {"gate": {"revision": "r1"}}},
        {"bundles": {"gate": {"revision": "r1"}}},
    ],
)
def test_policies_of_no_known_revision_or_of_an_old_opa(provenance: object) -> None:
    refuses(peers.answers(a_body(provenance=provenance)))


def test_the_oldest_opa_that_is_good_enough() -> None:
    provenance = {**PROVENANCE, "version": "1.21.3"}
    body = a_body(provenance=provenance)
    with peers.a_peer(an_opa(peers.answers(body))) as (url, _):
        assert an_engine(url).evaluate(DOCUMENT).outcome is Outcome.ALLOW


def test_several_bundles_are_all_named() -> None:
    bundles = {"org": {"revision": "o7"}, "gate": {"revision": "r1"}}
    body = a_body(result=PRACTICE, provenance={**PROVENANCE, "bundles": bundles})
    with peers.a_peer(peers.answers(body)) as (url, _):
        assert an_engine(url).ping() == "gate=r1,org=o7"


def test_an_answer_of_more_than_the_limit_of_bytes() -> None:
    body = b'{"result": "' + b"x" * (16 * 1024 * 1024) + b'"}'

    assert "too much" in refuses(peers.answers(body)).message


def test_compressed_bytes_are_not_unpacked() -> None:
    refuses(peers.answers(b"\x1f\x8b\x08\x00", headers="Content-Encoding: gzip\r\n"))


def test_a_practice_that_changes_between_count_and_evaluation_give_no_verdict() -> None:
    newer = {**PROVENANCE, "bundles": {"gate": {"revision": "r2"}}}
    more = {"production": {"high": {"risk_compliance": 2}}}
    bodies = [
        a_body(result=PRACTICE),
        a_body(provenance=newer),
        a_body(result=a_practice(more), provenance=newer),
        a_body(provenance=newer),
    ]

    with peers.a_peer(in_turn(bodies)) as (url, _):
        engine = an_engine(url)
        assert engine.practice().quorum("production", "high") == {"risk_compliance": 1}
        with pytest.raises(PolicyEngineError, match="changed"):
            engine.evaluate(DOCUMENT)

        assert engine.practice().quorum("production", "high") == {"risk_compliance": 2}
        assert engine.evaluate(DOCUMENT).policy_revision == "r2"


def test_a_new_revision_with_the_same_practice_is_no_change() -> None:
    newer = {**PROVENANCE, "bundles": {"gate": {"revision": "r2"}}}
    bodies = [
        a_body(result=PRACTICE),
        a_body(provenance=newer),
        a_body(result=PRACTICE, provenance=newer),
    ]

    with peers.a_peer(in_turn(bodies)) as (url, _):
        engine = an_engine(url)
        engine.practice().quorum("production", "high")

        assert engine.evaluate(DOCUMENT).policy_revision == "r2"


def test_in_steady_state_a_decision_is_one_question() -> None:
    bodies = [a_body(result=PRACTICE), *[a_body()] * 3]

    with peers.a_peer(in_turn(bodies)) as (url, asked):
        engine = an_engine(url)
        for _ in range(3):
            engine.practice().quorum("production", "high")
            engine.evaluate(DOCUMENT)

    assert len(asked) == 4


@pytest.mark.parametrize(
    "url",
    [
        "",
        "opa:8181",
        "ftp://opa",
        "http://",
        "http://opa/base",
        "http://opa?x=1",
        "http://u:p@opa",
        "unix://opa.sock",
        "unix://host/opa.sock",
        "file:///opa.sock",
    ],
)
def test_an_address_that_is_none_is_refused_at_start(url: str) -> None:
    with pytest.raises(PolicyEngineError, match="address"):
        an_engine(url)
