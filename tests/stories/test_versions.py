"""A model from its registration to production and back, on the command line of its people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from app.cli import main
from tests.stories.conftest import Team, approve

MODEL = "acme/support-router"


def run(team: Team, role: str, *words: str) -> Result:
    asked = [*words, "--url", team.gate.url, "--token", team.gate.stage.tokens[role]]
    return CliRunner().invoke(main, asked)


def told(team: Team, role: str, *words: str) -> dict[str, Any]:
    ran = run(team, role, *words, "--output", "json")
    assert ran.exit_code == 0, ran.output
    document: dict[str, Any] = json.loads(ran.stdout)
    return document


def register(team: Team, version: str, *options: str) -> dict[str, Any]:
    words = ("versions", "register", MODEL, version, str(team.model), *options)
    return told(team, "submitter", *words)


def allow(team: Team) -> str:
    waiting = json.loads(team.check("--output", "json").stdout)
    approve(team, waiting["release"]["digest"])
    assert team.check().exit_code == 0
    digest: str = waiting["release"]["digest"]
    return digest


def test_a_version_is_registered_promoted_and_found_again(team: Team, tmp_path: Path) -> None:
    facts = tmp_path / "reproducibility.json"
    facts.write_text('{"seed": 7, "determinism": "bitwise"}')
    code = f"https://git.example/router@{'c' * 40}"
    made = register(
        team,
        "1.0.0",
        *("--base", "meta-llama/Llama-3.1-8B:0e9e39f", "--code", code, "--run", "run-7"),
        *("--dataset", f"tickets={'d' * 64}", "--changelog", "The first."),
        *("--reproducibility", str(facts)),
    )
    early = run(team, "deployer", "promote", MODEL, "1.0.0", "production")
    digest = allow(team)
    moved = told(team, "deployer", "promote", MODEL, "1.0.0", "production", "--note", "go")

    assert made["release_digest"] == digest
    assert (early.exit_code, "not_allowed" in early.output) == (3, True)
    assert (moved["version"], moved["note"]) == ("1.0.0", "go")
    shown = "".join(run(team, "auditor", "versions", "show", MODEL, "1.0.0").output.split())
    assert all(word in shown for word in (digest, "bitwise", "meta-llama/Llama-3.1-8B", "run-7"))
    children = run(team, "auditor", "models", "built-on", "meta-llama/Llama-3.1-8B").output
    assert f"{MODEL}:1.0.0" in children
    assert "production" in run(team, "auditor", "models", "show", MODEL).output
    assert "1.0.0" in run(team, "auditor", "history", MODEL, "production").output
    then = told(team, "auditor", "history", MODEL, "production", "--at", moved["at"])
    assert then == moved


def test_other_bytes_under_the_same_version_are_refused(team: Team) -> None:
    first = register(team, "7.0.0")
    (team.model / "run.txt").write_text("changed")

    again = run(team, "submitter", "versions", "register", MODEL, "7.0.0", str(team.model))

    assert again.exit_code == 3
    assert "version_conflict" in again.output
    assert first["release_digest"] in again.output.replace("\n", "")


def test_an_alias_names_a_version_and_grants_nothing(team: Team) -> None:
    register(team, "8.0.0")

    moved = run(team, "deployer", "models", "alias", MODEL, "champion", "8.0.0")

    assert moved.exit_code == 0
    assert "champion" in run(team, "auditor", "models", "show", MODEL).output
    assert MODEL in run(team, "auditor", "models", "list").output
    assert "8.0.0" in run(team, "auditor", "versions", "list", MODEL).output


def test_a_revoked_version_is_promoted_by_nobody(team: Team) -> None:
    register(team, "9.0.0")
    reason = ("--reason", "trained on leaked data")

    forbidden = run(team, "deployer", "versions", "mark", MODEL, "9.0.0", "revoked", *reason)
    marked = run(team, "governance_lead", "versions", "mark", MODEL, "9.0.0", "revoked", *reason)
    refused = run(team, "deployer", "promote", MODEL, "9.0.0", "production")

    assert (forbidden.exit_code, "forbidden" in forbidden.output) == (3, True)
    assert (marked.exit_code, f"revoked: {MODEL}:9.0.0" in marked.output) == (0, True)
    assert (refused.exit_code, "release_marked" in refused.output) == (3, True)


def test_a_rollback_without_a_version_before_is_refused(team: Team) -> None:
    words = ("rollback", MODEL, "staging", "--reason", "errors")

    refused = run(team, "deployer", *words)
    forbidden = run(team, "submitter", *words)

    assert (refused.exit_code, "rollback_refused" in refused.output) == (3, True)
    assert (forbidden.exit_code, "forbidden" in forbidden.output) == (3, True)


def test_a_time_is_asked_of_one_stage(team: Team) -> None:
    ran = run(team, "auditor", "history", "--at", "2026-01-01")

    assert ran.exit_code == 2
    assert "--at is asked of one stage" in ran.output
