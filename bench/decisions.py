"""Measure a decision: `python -m bench.decisions`, beside raw OPA on the same input.

In turns within one run: a bare POST to OPA's data API, and a whole decision of the gate over
HTTP, recorded, by that same OPA. Then decisions per second from several callers, one `opa
eval` process, and what each step takes within one process.
"""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry

from app import bootstrap
from app.adapters.engines import policy_folder
from app.api import contracts, submissions
from app.demo import play
from app.demo.example_releases import Example
from app.demo.play import Stage
from app.demo.running_gate import free_port, running_gate
from app.domain.caller import EVERYWHERE, Caller, Role
from app.gate import assemble, evaluate, gather, hear, read, record, validate, verify
from app.ports import Ports
from app.settings import Settings

ROUNDS = 400
WARM_UP = 50
CALLERS = 8
EACH = 60
PROCESSES = 5
TOKEN = "bench"  # noqa: S105 - of an OPA that lives as long as this measurement
OPA = Path(__file__).parent.parent / ".tools" / "bin" / "opa"
AUTHORISATION = f"""package system.authz

default allow := false

allow if input.identity == "{TOKEN}"
"""


def main() -> None:
    """Measure, and print the table."""
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as scratch:
        folder = Path(scratch)
        stage = play.set_up(folder)
        with served_opa(folder) as opa:
            server = {
                "COUNTERSIGN_ENGINE": "opa_server",
                "COUNTERSIGN_OPA_URL": opa,
                "COUNTERSIGN_OPA_TOKEN": TOKEN,
            }
            environment = {**stage.environment, **server}
            submitted = json.loads(json.dumps(play.submission(Example.read().releases[0], stage)))
            with running_gate(environment, folder / "gate.log") as gate:
                policy_input = recorded_input(gate, stage, submitted)
                in_turns(opa, gate, stage, submitted, policy_input)
                at_once(gate, stage, submitted)
            as_process(folder, policy_input)
            steps(environment, submitted)


def in_turns(
    opa: str, gate: str, stage: Stage, submitted: Mapping[str, Any], policy_input: bytes
) -> None:
    """Ask OPA and the gate in turns, each over one connection that stays open."""
    raw = posting(opa, "/v1/data/gate/decision", b'{"input":' + policy_input + b"}", TOKEN)
    token = stage.tokens["submitter"]
    whole = posting(gate, "/v1/decisions", json.dumps(submitted).encode(), token)
    times: dict[str, list[float]] = {"raw": [], "whole": []}
    for number in range(ROUNDS + WARM_UP):
        for name, ask in (("raw", raw), ("whole", whole)):
            taken = timed(ask)
            if number >= WARM_UP:
                times[name].append(taken)
    row("raw POST /v1/data to OPA", times["raw"], times["raw"])
    row("recorded decision of the gate", times["whole"], times["raw"])
    say(f"{'':34}input {len(policy_input):,} bytes, {ROUNDS} rounds in turns")


def at_once(gate: str, stage: Stage, submitted: Mapping[str, Any]) -> None:
    """Ask from several callers at once, each with its own connection."""
    body, token = json.dumps(submitted).encode(), stage.tokens["submitter"]

    def caller(_: int) -> None:
        ask = posting(gate, "/v1/decisions", body, token)
        for _ in range(EACH):
            ask()

    started = time.perf_counter()
    with ThreadPoolExecutor(CALLERS) as pool:
        list(pool.map(caller, range(CALLERS)))
    taken = time.perf_counter() - started
    say(f"{'decisions per second':34}{CALLERS * EACH / taken:8.0f}  from {CALLERS} callers")


def as_process(folder: Path, policy_input: bytes) -> None:
    """Start one `opa eval` for each decision, as a script would."""
    file = folder / "input.json"
    file.write_bytes(policy_input)
    command = [str(OPA), "eval", "--bundle", str(folder / "bundle"), "--input", str(file)]

    def ask() -> None:
        subprocess.run(  # noqa: S603 - the project's own OPA on a folder of this measurement
            [*command, "data.gate.decision"], check=True, capture_output=True
        )

    times = [timed(ask) for _ in range(PROCESSES)]
    say(f"{'opa eval as a process':34}{statistics.median(times) * 1e3:8.1f} ms")


class Stopwatch:
    """Adds up the time that each step takes."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.taken: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what stands inside."""
        started = time.perf_counter()
        yield
        self.taken[name] = self.taken.get(name, 0.0) + time.perf_counter() - started


def steps(environment: Mapping[str, str], submitted: Mapping[str, Any]) -> None:
    """Take the steps of a decision one by one, in this process."""
    watch = Stopwatch()
    ports = bootstrap.ports(Settings.from_environment(environment), CollectorRegistry())
    try:
        for _ in range(ROUNDS // 4):
            one_decision(submitted, ports, watch)
    finally:
        ports.close()
    total = sum(watch.taken.values())
    for name, taken in watch.taken.items():
        say(f"  {name:32}{taken / total:8.0%}  {taken / (ROUNDS // 4) * 1e3:6.2f} ms")


def one_decision(submitted: Mapping[str, Any], ports: Ports, watch: Stopwatch) -> None:
    """Do what app/gate/decide.py does, with a stopwatch in hand."""
    caller = Caller("bench@acme.example", frozenset({Role.SUBMITTER}), "bench", EVERYWHERE)
    with watch.step("receive"):
        contracts.check("submission", submitted)
        asked = submissions.submission(submitted)
    with watch.step("validate"):
        release = validate.release(asked, ports.documents)
    with watch.step("read"):
        card = read.card(release, ports.card_readers)
        reports = read.reports(release, ports.report_readers)
    with watch.step("verify"):
        findings = verify.signatures(release, ports.signatures)
    now, practice = ports.clock.now(), ports.engine.practice()
    with watch.step("gather"), ports.log.snapshot():
        held = hear.held(release, caller, practice, ports.documents, ports.log, now)
        precedent = gather.precedent(release, ports.log)
        baseline = gather.baseline(release, ports.log, ports.documents)
        marks = gather.marks(release, card, ports.log)
    with watch.step("compare"):
        compared = read.comparisons(
            release, reports, baseline, ports.report_readers, ports.scores_by_sample
        )
    with watch.step("assemble"):
        document = assemble.policy_input(
            release, card, reports, compared, findings, held, caller, precedent, marks, now
        )
    with watch.step("evaluate"):
        verdict = evaluate.verdict(document, ports.engine)
    with watch.step("record"):
        entry_id = ports.new_id()
        record.decision(
            entry_id, release, document, held, verdict, caller, ports.log, None, (), asked
        )


def recorded_input(gate: str, stage: Stage, submitted: Mapping[str, Any]) -> bytes:
    """Have one decision made, and fetch the very input that policy read."""
    token = stage.tokens["submitter"]
    decision = json.loads(posting(gate, "/v1/decisions", json.dumps(submitted).encode(), token)())
    return sent(gate, "GET", f"/v1/blobs/{decision['input_sha256']}", b"", token)


def posting(url: str, path: str, body: bytes, token: str) -> Callable[[], bytes]:
    """Open a connection, and give what posts the body on it again and again."""
    post = posting_any(url, path, token)
    return lambda: post(body)


def posting_any(url: str, path: str, token: str) -> Callable[[bytes], bytes]:
    """Open a connection, and give what posts one body after the other on it."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}

    def post(body: bytes) -> bytes:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{path} answered {answer.status}: {content[:300]!r}")
        return content

    return post


def sent(url: str, method: str, path: str, body: bytes, token: str) -> bytes:
    """Send one request on a connection of its own."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
    connection.request(method, path, body, {"Authorization": f"Bearer {token}"})
    return connection.getresponse().read()


@contextmanager
def served_opa(folder: Path) -> Iterator[str]:
    """Serve the stage's policies by an OPA of its own."""
    staged = folder / "bundle"
    staged.mkdir()
    policies = policy_folder.read(folder / "policies")
    policy_folder.stage(policies, staged, extra_roots=("system/authz",))
    rules = staged / "system" / "authz" / "authz.rego"
    rules.parent.mkdir(parents=True)
    rules.write_text(AUTHORISATION)
    port = free_port()
    command = [str(OPA), "run", "--server", "--bundle", f"--addr=127.0.0.1:{port}"]
    flags = ["--authentication=token", "--authorization=basic", "--log-level=error"]
    with subprocess.Popen([*command, *flags, str(staged)]) as process:  # noqa: S603 - as above
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def timed(ask: Callable[[], object]) -> float:
    """Take the time, in seconds."""
    started = time.perf_counter()
    ask()
    return time.perf_counter() - started


def row(name: str, times: list[float], beside: list[float]) -> None:
    """Print median and 99th percentile, and the ratio of the medians."""
    median, base = statistics.median(times), statistics.median(beside)
    late = statistics.quantiles(times, n=100)[98]
    say(f"{name:34}p50 {median * 1e3:6.2f} ms  p99 {late * 1e3:6.2f} ms {median / base:6.2f} x raw")


def say(line: str) -> None:
    """Print one line of the table."""
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
