from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli.token import token

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
