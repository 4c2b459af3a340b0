"""A deployment asks with the command line before it goes on: in a Pod, in a Task, in a shell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from flask import Flask, jsonify, request

from app.cli import main
from tests.repository import tree
from tests.services.loopback import served
from tests.stories.conftest import Team, approve

RELEASE = "ab" * 32


def run(*arguments: str, url: str, token: str = "any") -> Result:  # noqa: S107 - a token of no gate
    return CliRunner().invoke(main, ["ask", *arguments, "--url", url, "--token", token])


def digest_of(team: Team) -> str:
    digest: str = json.loads(team.check("--output", "json").stdout)["release"]["digest"]
    return digest


def ask(team: Team, *arguments: str) -> Result:
    # The play's submitter may ask too: CI deploys what it has submitted.
    return run(*arguments, url=team.gate.url, token=team.gate.stage.tokens["submitter"])


def test_a_release_is_asked_about_before_and_after_people_approved_it(team: Team) -> None:
    release = digest_of(team)
    waits = ask(team, release, "--stage", "production")
    approve(team, release)
    team.check()

    goes_on = ask(team, release, "--stage", "production")

    assert (waits.exit_code, goes_on.exit_code) == (2, 0)
    assert "approvals.seat_open" in waits.output
    assert "risk_compliance" in waits.output


def test_what_nobody_submitted_is_exit_3_and_says_how_to_submit_it(team: Team) -> None:
    told = ask(team, RELEASE, "--stage", "production")

    assert told.exit_code == 3
    assert "countersign check" in told.output


@dataclass
class Script:
    """A gate that gives these outcomes one after the other, the last one for good."""

    url: str
    asked: list[str]


@pytest.fixture
def script(request: pytest.FixtureRequest) -> Iterator[Script]:
    service, asked = Flask("script"), []
    outcomes = chain(request.param[:-1], repeat(request.param[-1]))

    @service.get("/v1/enforcement/body")
    def answer() -> Any:
        asked.append(request_query())
        outcome = next(outcomes)
        if outcome == "down":
            return jsonify({"code": "store_unavailable", "detail": "the store is down"}), 503
        reason = {
            "code": "approvals.seat_open",
            "message": "x" * 5000,
            "fix": {"who": "risk_compliance", "how": "approve it"},
        }
        reasons = [] if outcome == "allow" else [reason]
        return jsonify(
            allow=outcome == "allow",
            outcome=outcome,
            message=f"{outcome}: acme/scorer",
            reasons=reasons,
            warnings=["runs out in 3 days"],
        )

    with served(service) as url:
        yield Script(url, asked)


def request_query() -> str:
    return request.query_string.decode()


@pytest.mark.parametrize("script", [("pending", "down", "allow")], indirect=True)
def test_waiting_ends_with_the_answer_and_outlives_a_restart_of_the_gate(script: Script) -> None:
    told = run(RELEASE, "--stage", "production", "--wait", "60", "--every", "0.01", url=script.url)

    assert told.exit_code == 0
    assert len(script.asked) == 3
    assert "runs out in 3 days" in told.output


@pytest.mark.parametrize("script", [("pending",), ("deny",), ("down",)], indirect=True)
def test_without_an_allow_no_waiting_ends_well(script: Script) -> None:
    told = run(RELEASE, "--stage", "production", "--wait", "1", "--every", "0.5", url=script.url)

    assert told.exit_code in {1, 2, 3}


@pytest.mark.parametrize("script", [("deny",)], indirect=True)
def test_a_reference_is_asked_about_as_one(script: Script) -> None:
    run("oci://r.example/scorer@sha256:ab", "--stage", "production", url=script.url)
    run(RELEASE, "--stage", "production", "--cluster", "eu-1", url=script.url)

    assert script.asked == [
        "reference=oci%3A%2F%2Fr.example%2Fscorer%40sha256%3Aab&stage=production",
        f"release={RELEASE}&stage=production&cluster=eu-1",
    ]


POD = yaml.safe_load(tree.read("deploy/argo-cd/presync.yaml"))
TASK = yaml.safe_load(tree.read("deploy/tekton/task.yaml"))


def arguments(container: dict[str, Any], message: Path) -> list[str]:
    """Fill in what the user and Tekton do, and give the rest as it stands in the template."""
    filled = []
    for argument in container["args"][1:]:
        here = argument.replace("RELEASE_DIGEST", RELEASE).replace("$(params.release)", RELEASE)
        here = here.replace("$(params.stage)", "production").replace("--wait=600", "--wait=0")
        filled.append(here.replace("/dev/termination-log", str(message)))
    return filled


@pytest.mark.parametrize("script", [("deny",)], indirect=True)
@pytest.mark.parametrize(
    "container", [POD["spec"]["containers"][0], TASK["spec"]["steps"][0]], ids=["argo-cd", "tekton"]
)
def test_a_container_fails_with_the_reason_as_its_termination_message(
    script: Script, container: dict[str, Any], tmp_path: Path
) -> None:
    message = tmp_path / "termination-log"
    assert container["args"][0] == "ask"

    told = run(*arguments(container, message), url=script.url)

    assert told.exit_code == 1
    written = message.read_bytes()
    assert written.startswith(b"deny: acme/scorer\n- approvals.seat_open: xxx")
    assert len(written) == 4096


def test_a_container_that_reaches_no_gate_fails_and_says_so(tmp_path: Path) -> None:
    message = tmp_path / "termination-log"

    told = run(*arguments(POD["spec"]["containers"][0], message), url="http://127.0.0.1:9")

    assert told.exit_code == 3
    assert b"no answer from the gate" in message.read_bytes()


def test_argo_cd_runs_a_bare_pod_since_of_a_job_it_shows_no_reason() -> None:
    assert POD["kind"] == "Pod"
    assert POD["metadata"]["annotations"]["argocd.argoproj.io/hook"] == "PreSync"
    assert POD["spec"]["restartPolicy"] == "Never"
