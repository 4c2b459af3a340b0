"""Break any part: the gate says no, and why."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from prometheus_client import CollectorRegistry

from app import bootstrap, factory
from app.cli.client import ClientError
from app.demo import play
from app.demo.example_releases import Example
from app.demo.play import Ask, Stage
from app.demo.running_gate import DemoError, running_gate
from app.domain.errors import PolicyEngineError
from app.settings import Settings
from tests.stories.conftest import Running

RELEASE = Example.read().releases[0]
PATIENCE_SECONDS = 120


def codes(decision: Mapping[str, Any]) -> set[str]:
    return {reason["code"] for reason in decision["reasons"]}


@contextmanager
def in_process(stage: Stage, **changes: str) -> Iterator[Ask]:
    """The same gate without gunicorn: real parts, asked in this process."""
    settings = Settings.from_environment({**stage.environment, **changes})
    registry = CollectorRegistry()
    ports = bootstrap.ports(settings, registry)
    client = factory.build(ports, settings, registry).test_client()

    def ask(token: str, path: str, document: Mapping[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        answer: dict[str, Any] = client.post(path, json=document, headers=headers).get_json()
        return answer

    try:
        yield ask
    finally:
        ports.close()


@pytest.mark.parametrize("name", ["signatures", "approvals", "model_card"])
def test_without_a_rego_file_the_check_is_missed(
    tmp_path: Path, opa_binary: Path, name: str
) -> None:
    stage = play.set_up(tmp_path)
    for rego in (tmp_path / "policies" / "gate" / "checks" / name).glob("*.rego"):
        rego.unlink()
    child = {"COUNTERSIGN_ENGINE": "opa_child", "COUNTERSIGN_OPA_BINARY": str(opa_binary)}

    with in_process(stage, **child) as ask:
        decision = play.scene(RELEASE, stage, ask).decision

    assert decision["outcome"] == "deny"
    assert "gate.check_missing" in codes(decision)


def test_the_embedded_engine_does_not_start_on_rego_that_was_edited(tmp_path: Path) -> None:
    stage = play.set_up(tmp_path)
    (tmp_path / "policies" / "gate" / "checks" / "change" / "change.rego").unlink()

    with (
        pytest.raises(PolicyEngineError, match="editing Rego needs the opa binary"),
        in_process(stage),
    ):
        pytest.fail("the gate started")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("thresholds", "evaluation.thresholds_unknown"),
        ("trust", "signatures.signer_untrusted"),
        ("licenses", "model_card.license_not_allowed"),
        ("tiers", "risk_tier.floor_unknown"),
        ("profiles", "gate.profile_unknown"),
    ],
)
def test_without_a_data_file_the_release_is_denied(tmp_path: Path, name: str, code: str) -> None:
    stage = play.set_up(tmp_path)
    (tmp_path / "policies" / "gate" / name / "data.yaml").unlink()

    with in_process(stage) as ask:
        decision = play.scene(RELEASE, stage, ask).decision

    assert decision["outcome"] == "deny"
    assert code in codes(decision)


def test_without_quorums_the_embedded_engine_does_not_start(tmp_path: Path) -> None:
    stage = play.set_up(tmp_path)
    (tmp_path / "policies" / "gate" / "quorums" / "data.yaml").unlink()

    with pytest.raises(PolicyEngineError), in_process(stage):
        pytest.fail("the gate started")


def test_a_gate_that_cannot_start_says_why(tmp_path: Path) -> None:
    stage = play.set_up(tmp_path)
    (tmp_path / "trust_roots" / "demo.json").write_text("{}")

    with (
        pytest.raises(DemoError, match=r"cannot start: .*demo\.json"),
        running_gate(stage.environment, tmp_path / "gate.log"),
    ):
        pytest.fail("the gate started")


def test_opa_that_hangs_is_a_503_until_it_goes_on(
    serve: Callable[[Mapping[str, str]], Running], opa_binary: Path
) -> None:
    child = {"COUNTERSIGN_ENGINE": "opa_child", "COUNTERSIGN_OPA_BINARY": str(opa_binary)}
    gate = serve({**child, "COUNTERSIGN_OPA_DEADLINE_SECONDS": "5"})
    submitted = play.submission(RELEASE, gate.stage)
    before = post(gate, submitted)
    tell_opa(gate, signal.SIGSTOP)

    during = post(gate, submitted)

    tell_opa(gate, signal.SIGCONT)
    assert (during.status_code, during.json()["code"]) == (503, "policy_engine_unavailable")
    assert [before.json()["outcome"], post(gate, submitted).json()["outcome"]] == ["pending"] * 2


def test_opa_that_is_killed_is_started_again(
    serve: Callable[[Mapping[str, str]], Running], opa_binary: Path
) -> None:
    gate = serve({"COUNTERSIGN_ENGINE": "opa_child", "COUNTERSIGN_OPA_BINARY": str(opa_binary)})
    submitted = play.submission(RELEASE, gate.stage)
    post(gate, submitted)

    killed = opa_of(gate)
    tell_opa(gate, signal.SIGKILL)

    answers, ends_at, is_done = [], time.monotonic() + PATIENCE_SECONDS, False
    while not is_done and time.monotonic() < ends_at:
        started = opa_of(gate) - killed
        answers.append(post(gate, submitted))
        is_done = bool(started) and answers[-1].ok
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert (is_done, answers[-1].json().get("outcome")) == (True, "pending")


def test_whoever_has_the_wrong_role_is_told_so(running: Running) -> None:
    with pytest.raises(ClientError, match="needs the role submitter"):
        running.ask(running.stage.tokens["risk_compliance"], "/v1/decisions", {})


def post(gate: Running, submitted: Mapping[str, Any]) -> requests.Response:
    """Submit, and give the answer whatever its status."""
    return requests.post(
        gate.url + "/v1/decisions",
        json=submitted,
        headers={"Authorization": f"Bearer {gate.stage.tokens['submitter']}"},
        timeout=60,
    )


def tell_opa(gate: Running, what: signal.Signals) -> None:
    """Send a signal to the OPA of this gate."""
    found = opa_of(gate)
    assert found
    for process_id in found:
        os.kill(process_id, what)


def opa_of(gate: Running) -> set[int]:
    """Find the OPA that this gate keeps on a leash: gate, shell, OPA."""
    own = f"COUNTERSIGN_PORT={gate.url.rpartition(':')[2]}\0".encode()
    return {
        int(process.name)
        for process in Path("/proc").glob("[0-9]*")
        if read(process / "cmdline").partition(b"\0")[0].endswith(b"/opa")
        and own in read(parent(parent(process)) / "environ")
    }


def parent(process: Path) -> Path:
    """Find the parent of a process: the fourth word of its stat, after the name in brackets."""
    words = read(process / "stat").rpartition(b")")[2].split()
    return process.parent / (words[1].decode() if words else "gone")


def read(file: Path) -> bytes:
    """Read a file of /proc, which may be gone by now."""
    try:
        return file.read_bytes()
    except OSError:
        return b""
