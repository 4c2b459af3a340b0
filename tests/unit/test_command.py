from __future__ import annotations

import subprocess
import sys

import pytest

INTERRUPTED_BY_IMPORT = """
import os, signal, sys
from app import command

interrupting = sys.argv.pop(1)

class Interrupts:
    def find_spec(self, name, *_):
        if name == interrupting:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupts())
{before}
command.main()
"""
ASKED = """
import sys
import click.termui
from app import command

def interrupted(_):
    raise KeyboardInterrupt

click.termui.visible_prompt_func = interrupted
sys.argv = ["countersign", "log", "erase", "5", "--reason", "x", "--token", "x"]
command.main()
"""


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - this interpreter


@pytest.mark.parametrize("module", ["app.cli", "click", "app.cli.digest", "rich.progress"])
def test_an_interrupt_while_it_is_loaded_is_exit_130_without_a_traceback(module: str) -> None:
    told = run(INTERRUPTED_BY_IMPORT.format(before=""), module, "digest", "tools")

    assert (told.returncode, told.stderr) == (130, "countersign: interrupted\n")


def test_an_interrupt_that_is_ignored_stays_ignored() -> None:
    before = "signal.signal(signal.SIGINT, signal.SIG_IGN)"
    told = run(INTERRUPTED_BY_IMPORT.format(before=before), "rich.progress", "digest", "tools")

    assert (told.returncode, len(told.stdout)) == (0, 65)


def test_an_interrupt_at_a_question_is_exit_130() -> None:
    told = run(ASKED)

    assert told.returncode == 130
    assert told.stderr.endswith("countersign: interrupted\n")
    assert "Traceback" not in told.stderr
