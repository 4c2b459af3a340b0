from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app import factory
from app.cli.token import token
from app.cli.user import user
from app.settings import Settings
from tests.services.loopback import served

OPERATOR = ["create", "--subject", "olga@example.org", "--role", "operator"]


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A running gate, and an operator who asks it."""
    monkeypatch.setenv("COUNTERSIGN_DATA_DIR", str(tmp_path))
    bearer = CliRunner().invoke(token, OPERATOR).stdout.strip()
    app = factory.create_app(Settings.from_environment({"COUNTERSIGN_DATA_DIR": str(tmp_path)}))
    with served(app) as url:
        monkeypatch.setenv("COUNTERSIGN_URL", url)
        monkeypatch.setenv("COUNTERSIGN_TOKEN", bearer)
        yield
    app.extensions["countersign"].ports.close()


def run(*asked: str) -> Result:
    return CliRunner().invoke(user, list(asked))


def listed() -> list[dict[str, Any]]:
    users: list[dict[str, Any]] = json.loads(run("list", "--output", "json").stdout)["users"]
    return users


@pytest.mark.usefixtures("gate")
def test_a_user_is_added_invited_listed_and_disabled() -> None:
    added = run("add", "ada", "--role", "risk_compliance", "--project", "acme")
    again = run("invite", "ada")
    ended = run("disable", "ada")

    assert added.stdout.startswith("http://127.0.0.1:")
    assert "/set-up#" in added.stdout
    assert again.stdout != added.stdout
    assert ended.stdout == "disabled local:ada\n"
    seq = listed()[0].pop("seq")
    assert seq > 0
    assert listed() == [
        {
            "seq": seq,
            "name": "ada",
            "subject": "local:ada",
            "roles": ["risk_compliance"],
            "projects": ["acme"],
            "stages": ["*"],
            "state": "disabled",
        }
    ]
    assert run("list").stdout.split()[-5:] == ["ada", "risk_compliance", "acme", "*", "disabled"]


@pytest.mark.usefixtures("gate")
def test_a_user_that_cannot_be_is_said_without_a_traceback() -> None:
    ran = run("add", "Ada", "--role", "auditor")

    assert (ran.exit_code, ran.stdout) == (3, "")
    assert "Ada" in ran.stderr


@pytest.mark.usefixtures("gate")
def test_a_user_is_given_other_roles() -> None:
    run("add", "ada", "--role", "risk_compliance", "--project", "acme")

    told = run("roles", "ada", "--role", "deployer", "--stage", "staging")

    assert told.stdout == "local:ada: risk_compliance -> deployer\n"
    ada = listed()[0]
    assert (ada["roles"], ada["projects"], ada["stages"]) == (["deployer"], ["*"], ["staging"])


@pytest.mark.usefixtures("gate")
def test_what_is_said_twice_is_meant_once() -> None:
    twice = ("--role", "auditor", "--project", "acme", "--stage", "staging") * 2

    assert run("add", "ada", *twice).exit_code == 0
    assert run("roles", "ada", *twice).stdout == "local:ada: auditor -> auditor\n"


@pytest.mark.usefixtures("gate")
def test_roles_that_nobody_holds_together_are_not_given() -> None:
    run("add", "ada", "--role", "risk_compliance")

    told = run("roles", "ada", "--role", "operator", "--role", "risk_compliance")

    assert (told.exit_code, "at once" in told.stderr) == (3, True)
    assert listed()[0]["roles"] == ["risk_compliance"]


@pytest.mark.usefixtures("gate")
@pytest.mark.parametrize(
    ("name", "code"), [("..", 2), (".", 2), ("", 2), ("../tokens", 3), ("a b", 3), ("x?y", 3)]
)
def test_a_name_leads_nowhere_else(name: str, code: int) -> None:
    told = run("roles", name, "--role", "auditor")

    assert told.exit_code == code
    assert "not_found: " in told.stderr or "not a name" in told.stderr
