from __future__ import annotations

import pytest
from click.testing import CliRunner

from app import cli
from app.cli import digest


def test_a_command_that_is_interrupted_gives_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(digest, "list_model", interrupted)
    ran = CliRunner().invoke(cli.main, ["digest", "."])

    assert (ran.exit_code, ran.stderr) == (130, "countersign: interrupted\n")
