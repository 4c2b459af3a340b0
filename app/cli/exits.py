"""Exit codes that scripts can rely on, and messages instead of tracebacks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console

ALLOWED = 0
DENIED = 1
PENDING = 2
COULD_NOT_DECIDE = 3

_OPEN_ALREADY = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")
BY_OUTCOME = {"allow": ALLOWED, "deny": DENIED, "pending": PENDING}


def may_never_end(path: Path) -> bool:
    """Tell of a pipe, a socket or a device, whose opening or reading may wait for good.

    What the shell has opened already, such as `<(curl ...)`, waits for nobody to open it.
    """
    is_other = path.exists() and not path.is_file() and not path.is_dir()
    return is_other and not str(path).startswith(_OPEN_ALREADY)


class Given(click.Path):
    """A path on the command line whose bytes are read whole: no pipe, socket or device."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - as click has it
        """Refuse what is there and is neither a file nor a folder."""
        found = super().convert(value, param, ctx)
        path = Path(os.fsdecode(found))
        if may_never_end(path):
            self.fail(f"{path}: no file, but a pipe, a socket or a device", param, ctx)
        return found


FILE = Given(exists=True, dir_okay=False, path_type=Path)
"""A file that is there."""


class Answering(click.Command):
    """A command whose exit code is an answer: a command line that cannot be read is none.

    Elsewhere that is exit code 2, as click has it; here 2 says that people are waited for.
    """

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:  # noqa: ANN401 - as click calls it
        """Read the command line."""
        try:
            return super().make_context(*args, **kwargs)
        except click.UsageError as error:
            error.show()
            raise SystemExit(COULD_NOT_DECIDE) from error

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - whatever the command gives
        """Run the command."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            error.show()
            raise SystemExit(COULD_NOT_DECIDE) from error


def could_not(message: str) -> NoReturn:
    """Say on standard error why nothing was decided, and exit with 3."""
    console = Console(stderr=True, highlight=False)
    console.print(f"countersign: {message}", markup=False, soft_wrap=True)
    raise SystemExit(COULD_NOT_DECIDE)
