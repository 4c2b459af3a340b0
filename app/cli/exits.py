"""Exit codes that scripts can rely on, and messages instead of tracebacks."""

from __future__ import annotations

from typing import Any, NoReturn

import click
from rich.console import Console

ALLOWED = 0
DENIED = 1
PENDING = 2
COULD_NOT_DECIDE = 3

BY_OUTCOME = {"allow": ALLOWED, "deny": DENIED, "pending": PENDING}


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
