"""A pipe in place of a file: no command waits for somebody to write into it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import main

MODEL = ("--model", "acme/scorer", "--version", "1", "--stage", "production", "--tier", "limited")
GATE = ("--url", "http://127.0.0.1:9", "--token", "x")
KEY = "gate.test/log+2ddeef1a+ATMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMz"
COMMANDS = {
    "check card": ("check", "model", *MODEL, "--card", "pipe", *GATE),
    "check report": ("check", "model", *MODEL, "--eval", "pipe", *GATE),
    "check bundle": ("check", "model", *MODEL, "--bundle", "pipe", *GATE),
    "digest": ("digest", "folder", "--digest-cache", "cache"),
    "evidence": ("evidence", "read", "pipe"),
    "evidence map": ("evidence", "read", "file", "--map", "pipe"),
    "attest": ("attest", "model", "--evidence", "pipe", "--bundle", "out"),
    "sign": ("sign", "model", "--key", "pipe"),
    "verify artifact": ("verify", "--artifact", "pipe", "--bundle", "file"),
    "verify bundle": ("verify", "--artifact", "file", "--bundle", "pipe"),
    "verify key": ("verify", "--artifact", "file", "--bundle", "file", "--key", "pipe"),
    "verify batch": ("verify", "--batch", "pipe"),
    "verify line": ("verify", "--batch", "batch"),
    "log bundle": ("log", "verify", "pipe", "--key", KEY),
    "log checkpoint": ("log", "verify", "file", "--key", KEY, "--checkpoint", "pipe"),
    "log trust": ("log", "witness", "--trust", "pipe", *GATE),
    "manifest": ("admission", "refs", "pipe"),
    "trust": ("trust", "list", "folder"),
    "policy input": ("policy", "eval", "folder", "--input", "pipe"),
    "policy inputs": ("policy", "eval", "folder", "--input", "folder/pipe.json"),
    "policies": ("policy", "build", "folder", "-o", "out"),
    "candidate": ("replay", "--candidate", "pipe"),
    "decisions": ("replay", "--candidate", "folder", "--decisions", "pipe"),
}


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_no_command_waits_for_a_pipe(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("model", "folder"):
        (tmp_path / folder).mkdir()
    (tmp_path / "file").write_text("{}")
    (tmp_path / "model" / "m.bin").write_text("m")
    line = {"artifact": "file", "bundle": "pipe"}
    (tmp_path / "batch").write_text(json.dumps(line))
    for pipe in ("pipe", "folder/pipe.json", "folder/pipe.rego"):
        os.mkfifo(tmp_path / pipe)
    monkeypatch.chdir(tmp_path)
    told = CliRunner().invoke(main, list(words))

    assert told.exit_code in {1, 2, 3}
    assert "pipe" in told.output
    assert "no file" in told.output or "no bundle of a log, but a pipe" in told.output


def test_what_the_shell_has_opened_already_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("{}")
    monkeypatch.chdir(tmp_path)
    reading, writing = os.pipe()
    os.write(writing, f"log {KEY}\nquorum none\n".encode())
    os.close(writing)
    by_pipe = ["log", "verify", "file", "--trust", f"/dev/fd/{reading}"]
    told = CliRunner().invoke(main, by_pipe)
    os.close(reading)

    assert told.output == CliRunner().invoke(main, ["log", "verify", "file", "--key", KEY]).output
    assert "no file" not in told.output
