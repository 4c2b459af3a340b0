"""README.md shows what `countersign demo` prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from tests.repository import tree

WIDTH = "96"
CHANGES = (
    (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
    (r"decision [0-9a-f-]{36}", "decision ID"),
    (r"policy [0-9a-f]{12}", "policy REVISION"),
)
"""What is another thing each time, or each time that a policy is edited."""


def settled(text: str) -> str:
    """Put names in the place of what changes, and take away the space at the ends of lines."""
    for changing, name in CHANGES:
        text = re.sub(changing, name, text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def shown() -> str:
    (block,) = re.findall(r"<!-- demo: .*?```text\n(.*?)```", tree.read("README.md"), re.DOTALL)
    return settled(block)


def test_the_readme_shows_what_the_demo_prints() -> None:
    played = subprocess.run(
        [sys.executable, "-c", "from app.cli import main; main(['demo'])"],
        cwd=tree.ROOT,
        env={**os.environ, "COLUMNS": WIDTH},
        capture_output=True,
        text=True,
        check=False,
    )

    assert settled(played.stdout) == shown(), played.stderr
    assert played.returncode == 0
