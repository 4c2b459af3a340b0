"""A team asks from its pipeline: the exit code is the answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import digest, main
from app.cli.client import Client
from app.demo.example_releases import flip_a_byte
from tests.stories.conftest import Team, approve


def test_a_release_is_exit_2_while_it_waits_for_people_and_0_once_they_approved(team: Team) -> None:
    told = team.check()
    waiting = json.loads(team.check("--output", "json").stdout)
    approve(team, waiting["release"]["digest"])

    assert told.exit_code == 2
    assert "approvals.seat_open" in told.output
    assert "risk_compliance" in told.output
    assert team.check().exit_code == 0


def test_a_kept_answer_proves_its_decision_offline_and_no_other(team: Team, tmp_path: Path) -> None:
    kept, forged = tmp_path / "decision.json", tmp_path / "forged.json"
    key = Client(team.gate.url, team.gate.stage.tokens["submitter"]).fetch("/v1/log/key") or b""

    team.check("--receipt", str(kept))
    answer = json.loads(kept.read_bytes())
    forged.write_text(json.dumps({**answer, "submitted_by": "eve@example.org"}))

    def verified(path: Path) -> int:
        arguments = ["log", "verify", str(path), "--key", key.decode()]
        return CliRunner().invoke(main, arguments).exit_code

    assert (verified(kept), verified(forged)) == (0, 1)


def test_a_rehearsal_has_no_receipt(team: Team, tmp_path: Path) -> None:
    told = team.check("--rehearse", "--receipt", str(tmp_path / "decision.json"))

    assert told.exit_code == 3
    assert "recorded nowhere" in told.output


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


def a_table(folder: Path) -> tuple[Path, Path]:
    table, mapping = folder / "by_group.json", folder / "map.json"
    table.write_text(json.dumps({"fi": {"acc": 0.9, "count": 50}, "en": {"acc": 0.8, "count": 60}}))
    declared = {
        "schema": "countersign.dev/evidence-mapping/v1",
        "format": "fairlearn",
        "dataset": {"id": "mail"},
        "orient": "index",
        "slices": ["language"],
        "metrics": {"acc": {"metric": "accuracy", "unit": "fraction", "n": "count"}},
    }
    mapping.write_text(json.dumps(declared))
    return table, mapping


def codes(told: Result) -> set[str]:
    return {reason["code"] for reason in json.loads(told.stdout)["reasons"]}


def test_a_table_is_read_with_the_mapping_that_is_named_for_it(team: Team, tmp_path: Path) -> None:
    table, mapping = a_table(tmp_path)
    asked = ("--eval", str(table), "--output", "json")

    assert "evaluation.unreadable" in codes(team.check(*asked))
    assert "evaluation.unreadable" not in codes(team.check(*asked, "--map", f"{table}={mapping}"))


def test_a_mapping_of_which_nobody_knows_the_report_is_exit_3(team: Team, tmp_path: Path) -> None:
    table, mapping = a_table(tmp_path)

    told = team.check("--eval", str(table), "--map", str(mapping))

    assert told.exit_code == 3
    assert "EVAL=FILE" in told.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "no such folder"],
        ["check"],
        ["ask", "ab", "--stage"],
        ["ask", "ab"],
        ["submit", "new"],
        ["submit", "show"],
        ["submit", "add", "acme/scorer"],
        ["admission", "check"],
        ["policy", "eval", "no such folder"],
    ],
    ids=" ".join,
)
def test_a_command_line_that_cannot_be_read_is_no_answer(arguments: list[str]) -> None:
    told = CliRunner().invoke(main, arguments)

    assert told.exit_code == 3
    assert "Error: " in told.output


def test_a_command_that_is_interrupted_gives_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(digest, "list_model", interrupted)
    ran = CliRunner().invoke(main, ["digest", "."])

    assert (ran.exit_code, ran.stderr) == (130, "countersign: interrupted\n")
