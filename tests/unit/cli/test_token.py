from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from app import factory
from app.cli.token import token
from app.settings import Settings
from tests.services.loopback import served

ASKED = ["create", "--subject", "ci@example.org", "--role", "submitter", "--output", "json"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_DATA_DIR", str(tmp_path))


def test_a_token_is_bound_to_what_is_named() -> None:
    scope = ["--project", "acme", "--project", "globex", "--stage", "staging"]

    ran = CliRunner().invoke(token, [*ASKED, *scope])

    made = json.loads(ran.stdout)
    assert (made["projects"], made["stages"]) == (["acme", "globex"], ["staging"])


def test_a_token_for_which_nothing_is_named_holds_everywhere() -> None:
    ran = CliRunner().invoke(token, ASKED)

    made = json.loads(ran.stdout)
    assert (made["projects"], made["stages"]) == (["*"], ["*"])


def test_no_token_is_for_an_operator_who_approves() -> None:
    ran = CliRunner().invoke(token, [*ASKED, "--role", "operator", "--role", "governance_lead"])

    assert ran.exit_code == 3
    assert "at once" in ran.stderr


def test_a_running_gate_lists_tells_and_revokes_a_token(tmp_path: Path) -> None:
    runner = CliRunner()
    made = runner.invoke(token, [*ASKED[:4], "operator", "--output", "json"])
    operator = json.loads(made.stdout)
    app = factory.create_app(Settings.from_environment({"COUNTERSIGN_DATA_DIR": str(tmp_path)}))
    with served(app) as url:
        asking = ["--url", url, "--token", operator["token"]]
        asked = [*ASKED, *asking, "--project", "acme"]
        other = json.loads(runner.invoke(token, asked).stdout)

        who = runner.invoke(token, ["whoami", "--url", url, "--token", other["token"]])
        listed = runner.invoke(token, ["list", *asking])
        ended = runner.invoke(token, ["revoke", other["token_id"], *asking])
        gone = runner.invoke(token, ["whoami", "--url", url, "--token", other["token"]])
    app.extensions["countersign"].ports.close()

    assert who.stdout.split() == [
        "ci@example.org",
        "roles",
        "submitter",
        "projects",
        "acme",
        "stages",
        "*",
    ]
    assert other["token_id"][:8] in listed.stdout
    assert ended.stdout == "revoked ci@example.org's token\n"
    assert (gone.exit_code, "revoked" in gone.stderr) == (3, True)
