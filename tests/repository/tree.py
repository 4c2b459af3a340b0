"""The project's own files, as git would hand them to a stranger."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def files() -> tuple[str, ...]:
    """List every file that is tracked, or that would be with the next `git add`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - whichever git the developer has
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = listed.stdout.decode().split("\0")
    return tuple(sorted(name for name in names if name and (ROOT / name).is_file()))


def matching(*patterns: str) -> list[str]:
    """List the files that match one of these glob patterns, such as `app/**/*.py`."""
    found = {str(path.relative_to(ROOT)) for pattern in patterns for path in ROOT.glob(pattern)}
    return [name for name in files() if name in found]


def read(name: str) -> str:
    """Read one file of the project."""
    return (ROOT / name).read_text(encoding="utf-8")


def texts() -> dict[str, str]:
    """Read every file that is text."""
    contents = {}
    for name in files():
        content = (ROOT / name).read_bytes()
        if b"\0" not in content:
            contents[name] = content.decode("utf-8", errors="replace")
    return contents
