"""A team asks from its pipeline: the exit code is the answer."""

from __future__ import annotations

import json

from click.testing import CliRunner

from app.cli import main
from app.demo.example_releases import flip_a_byte
from tests.stories.conftest import Team, approve


def test_a_release_that_waits_for_people_is_exit_2(team: Team) -> None:
    told = team.check()

    assert told.exit_code == 2
    assert "approvals.seat_open" in told.output
    assert "risk_compliance" in told.output


def test_an_approved_release_is_exit_0(team: Team) -> None:
    waiting = json.loads(team.check("--output", "json").stdout)
    approve(team, waiting["release"]["digest"])

    assert team.check().exit_code == 0


def test_a_tampered_release_is_exit_1(team: Team) -> None:
    flip_a_byte(team.model / "model.safetensors")

    told = team.check()

    assert told.exit_code == 1
    assert "model.safetensors" in told.output


def test_a_gate_that_does_not_answer_is_exit_3(team: Team) -> None:
    told = team.check(url="http://127.0.0.1:9")

    assert told.exit_code == 3
    assert "no answer from the gate" in told.output
    assert "Traceback" not in told.output


def test_a_symbolic_link_is_exit_3_and_named(team: Team) -> None:
    (team.model / "link.bin").symlink_to(team.model / "model.safetensors")

    told = team.check()

    assert told.exit_code == 3
    assert "link.bin" in told.output


def test_a_rehearsal_says_the_same_and_is_recorded_nowhere(team: Team) -> None:
    told = team.check("--rehearse", "--output", "json")

    assert "decision_id" not in json.loads(told.stdout)
    assert told.exit_code == team.check().exit_code


def test_the_digest_that_is_printed_is_the_one_that_is_decided(team: Team) -> None:
    decided = json.loads(team.check("--output", "json").stdout)

    printed = CliRunner().invoke(main, ["digest", str(team.model)])

    assert printed.stdout.strip() == decided["release"]["digest"]


def test_no_token_is_made_behind_the_back_of_a_running_gate(team: Team) -> None:
    asked = ["token", "create", "--subject", "eve@example.org", "--role", "operator"]

    told = CliRunner().invoke(main, asked, env=dict(team.gate.stage.environment))

    assert told.exit_code == 3
    assert "Traceback" not in told.output
