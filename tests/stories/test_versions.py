"""A model from its registration to production and back, on the command line of its people."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.demo import play
from tests.stories.conftest import Team, approve, listed

MODEL = "acme/support-router"
CHANGED = ("--change-note", "Better, as approved.")


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
    waiting = json.loads(team.check("--stage", "staging", "--output", "json").stdout)
    approve(team, waiting["release"]["digest"])
    assert team.check("--stage", "staging").exit_code == 0
    digest: str = waiting["release"]["digest"]
    return digest


@pytest.mark.parametrize(
    ("option", "given", "said"),
    [
        ("--dataset", "tickets", "(2, expected NAME=SHA256)"),
        ("--code", "https://git.example/router", "(2, expected REPOSITORY@COMMIT)"),
        ("--reproducibility", '{"seed": 1, "seed": 2}', "(3, facts.json: the key 'seed' stands)"),
    ],
)
def test_what_is_said_of_a_version_in_other_words_is_refused(
    team: Team, tmp_path: Path, option: str, given: str, said: str
) -> None:
    code, _, told = said.strip("()").partition(", ")
    if given.startswith("{"):
        (tmp_path / "facts.json").write_text(given)
        given = str(tmp_path / "facts.json")
    words = ("versions", "register", MODEL, "0.9.0", str(team.model), option, given)

    ran = run(team, "submitter", *words)

    assert (str(ran.exit_code), told in " ".join(ran.output.split())) == (code, True)


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
    early = run(team, "deployer", "promote", MODEL, "1.0.0", "staging")
    digest = allow(team)
    moved = told(team, "deployer", "promote", MODEL, "1.0.0", "staging", "--note", "go")

    assert made["release_digest"] == digest
    assert (early.exit_code, "not_allowed" in early.output) == (3, True)
    assert (moved["version"], moved["note"]) == ("1.0.0", "go")
    shown = "".join(run(team, "auditor", "versions", "show", MODEL, "1.0.0").output.split())
    assert all(word in shown for word in (digest, "bitwise", "meta-llama/Llama-3.1-8B", "run-7"))
    children = run(team, "auditor", "models", "built-on", "meta-llama/Llama-3.1-8B").output
    exact = run(team, "auditor", "models", "built-on", "meta-llama/Llama-3.1-8B:0e9e39f").output
    other = run(team, "auditor", "models", "built-on", "meta-llama/Llama-3.1-8B:1111111").output
    assert f"{MODEL}:1.0.0" in children
    assert (f"{MODEL}:1.0.0" in exact, f"{MODEL}:1.0.0" in other) == (True, False)
    assert "staging" in run(team, "auditor", "models", "show", MODEL).output
    assert "1.0.0" in run(team, "auditor", "history", MODEL, "staging").output
    looked = ("models", "verified", MODEL, "staging", "passed", "--summary", "canary was fine")
    assert f"passed: {MODEL} 1.0.0 on staging" in run(team, "deployer", *looked).output
    then = told(team, "auditor", "history", MODEL, "staging", "--at", moved["at"])
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


def test_every_move_of_an_alias_is_told(team: Team) -> None:
    register(team, "8.1.0")
    register(team, "8.2.0")
    of_alias = ("history", MODEL, "--alias", "next")
    moves = [
        told(team, "deployer", "models", "alias", MODEL, "next", name)
        for name in ("8.1.0", "8.2.0")
    ]

    assert told(team, "auditor", *of_alias)["pointers"] == moves
    assert told(team, "auditor", *of_alias, "--at", moves[0]["at"]) == moves[0]


@pytest.mark.parametrize("also", [("--from", "2026-01-01"), ("staging",)])
def test_an_alias_is_asked_for_alone(team: Team, also: tuple[str, ...]) -> None:
    ran = run(team, "auditor", "history", MODEL, *also, "--alias", "next")

    assert (ran.exit_code, "an alias is of one model" in ran.output) == (2, True)


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
    words = ("rollback", MODEL, "canary", "--reason", "errors")

    refused = run(team, "deployer", *words)
    forbidden = run(team, "submitter", *words)

    assert (refused.exit_code, "rollback_refused" in refused.output) == (3, True)
    assert (forbidden.exit_code, "forbidden" in forbidden.output) == (3, True)


def test_a_time_is_asked_of_one_stage(team: Team) -> None:
    ran = run(team, "auditor", "history", "--at", "2026-01-01")

    assert ran.exit_code == 2
    assert "--at is asked of one stage" in ran.output


def signed(team: Team) -> Path:
    """Sign the model as it is now; give the bundle."""
    at = datetime.now(UTC) - timedelta(minutes=1)
    claims = {"issuer": play.ISSUER}
    sigstore = team.gate.stage.sigstore
    team.bundle.write_bytes(sigstore.sign_model(listed(team.model), "m", play.WORKFLOW, claims, at))
    return team.bundle


def submitted(team: Team, version: str, *options: str) -> Result:
    return run(
        team,
        "submitter",
        *("submit", "new", str(team.model), "--model", MODEL, "--version", version),
        *("--stage", "production", "--tier", "limited", "--change-note", "Better."),
        *("--card", str(team.model / "README.md"), *options),
    )


def completed(team: Team, version: str) -> Result:
    words = ("submit", "add", MODEL, version, "production")
    evidence = ("--eval", str(team.results), "--bundle", str(signed(team)))
    return run(team, "submitter", *words, *evidence)


def released(team: Team, version: str, *options: str) -> str:
    """Take a version from its registration to production; give its release digest."""
    words = ("versions", "register", MODEL, version, str(team.model))
    digest: str = told(team, "submitter", *words)["release_digest"]
    submitted(team, version, *options)
    completed(team, version)
    approve(team, digest)
    asked = run(team, "submitter", "submit", "add", MODEL, version, "production", *CHANGED)
    assert asked.exit_code == 0, asked.output
    assert run(team, "deployer", "promote", MODEL, version, "production").exit_code == 0
    return digest


def test_the_history_of_what_is_no_name_of_a_model_is_refused(team: Team) -> None:
    bare = run(team, "auditor", "history", "support-router", "staging")

    assert (bare.exit_code, "expected NAMESPACE/NAME" in bare.output) == (2, True)
    assert run(team, "auditor", "history", MODEL, "staging").exit_code == 0


def test_an_addition_of_nothing_is_told_what_could_be_added(team: Team) -> None:
    submitted(team, "2.9.0")

    nothing = run(team, "submitter", "submit", "add", MODEL, "2.9.0", "production")
    something = run(team, "submitter", "submit", "add", MODEL, "2.9.0", "production", *CHANGED)

    assert (nothing.exit_code, "nothing to add: give --card" in nothing.output) == (3, True)
    assert something.exit_code != 3, something.output


def test_a_submission_is_completed_promoted_asked_again_and_rolled_back(team: Team) -> None:
    early = submitted(team, "2.0.0")
    waits = run(team, "auditor", "submit", "show", MODEL, "2.0.0", "production")
    first = released(team, "2.0.0")
    (team.model / "run.txt").write_text("another")
    released(team, "2.1.0", "--rollback", f"2.0.0:{first}")
    asked = run(team, "submitter", "reevaluate")
    back = told(team, "deployer", "rollback", MODEL, "production", "--reason", "errors doubled")
    again = run(team, "deployer", "rollback", MODEL, "production", "--reason", "errors doubled")

    assert (early.exit_code, waits.exit_code) == (1, 1)
    assert "submitter" in waits.output
    assert (asked.exit_code, "allow -> allow" in asked.output) == (0, True)
    assert (back["version"], back["release_digest"]) == ("2.0.0", first)
    assert (again.exit_code, "rollback_refused" in again.output) == (3, True)
    history = told(team, "auditor", "history", MODEL, "production")["pointers"]
    assert [one["kind"] for one in history] == ["rolled_back", "promoted", "promoted"]
