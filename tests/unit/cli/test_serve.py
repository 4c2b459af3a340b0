from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from app.api.context import EXTENSION
from app.cli.serve import Server, serve
from app.domain.caller import EVERYWHERE, Caller, Role
from app.gate.people import invitations, signing_in
from app.settings import Settings

LINK = re.compile(r"    http://127\.0\.0\.1:8080/set-up#(\S+)\n")
PASSWORD = "correct horse battery"


def start(folder: Path, **changes: str) -> Flask:
    given = {"COUNTERSIGN_DATA_DIR": str(folder), **changes}
    return Server(Settings.from_environment(given)).load()


def test_a_fresh_gate_prints_a_link_by_which_its_first_user_sets_a_password(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    everywhere = "0.0.0.0"  # noqa: S104 - the link is printed, nothing is bound
    ports = start(tmp_path, COUNTERSIGN_HOST=everywhere).extensions[EXTENSION].ports
    found = LINK.search(capsys.readouterr().err)
    assert found is not None

    invitations.accept(found[1], "olga", PASSWORD, ports)

    assert signing_in.sign_in("olga", PASSWORD, ports).subject == "local:olga"
    ports.close()


def test_a_gate_that_knows_somebody_prints_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ports = start(tmp_path).extensions[EXTENSION].ports
    olga = Caller("olga", frozenset({Role.OPERATOR}), "t-1", EVERYWHERE)
    ports.tokens.create(olga, "s" * 43, None, by="console", opened_by=None)
    ports.close()
    capsys.readouterr()

    start(tmp_path).extensions[EXTENSION].ports.close()

    assert "set-up" not in capsys.readouterr().err


def test_a_gate_that_trusts_an_issuer_prints_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "identities.yaml"
    file.write_text(
        "audience: gate\nissuers:\n- issuer: https://login.example\n  forge: other\n"
        "  identified_by: [sub]\n  rules:\n  - {name: staff, when: {team: ml}, "
        "roles: [auditor], projects: ['*'], stages: ['*']}\n",
        encoding="utf-8",
    )

    start(tmp_path, COUNTERSIGN_IDENTITIES=str(file)).extensions[EXTENSION].ports.close()

    assert "set-up" not in capsys.readouterr().err


def test_an_address_that_is_taken_is_exit_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTERSIGN_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("gunicorn.sock.create_sockets", lambda *_: sys.exit(1))

    ran = CliRunner().invoke(serve, [])

    assert (ran.exit_code, "cannot listen on 127.0.0.1:8080" in ran.stderr) == (3, True)
