"""`countersign log`: find entries, take them away, and check the log without trusting the gate."""

from __future__ import annotations

from typing import Any

import click

from app.cli import exits
from app.cli.log.archiving import archive
from app.cli.log.erasing import erase
from app.cli.log.holding import hold, holds, release
from app.cli.log.reading import checkpoint, list_entries, on_stage, proof, show
from app.cli.log.taking import export
from app.cli.log.verifying import verify
from app.cli.log.witnessing import witness


class Answered(click.Group):
    """Commands that ask a gate, and say so when what answers is none."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - whatever the command gives
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (KeyError, TypeError, ValueError) as error:
            # A command looked for what every answer of a gate holds, and it was not there.
            exits.could_not(f"what answers is not a gate: {type(error).__name__}: {error}")


@click.group(cls=Answered)
def log() -> None:
    """Read, export, verify and archive the decision log."""


COMMANDS = (
    archive,
    checkpoint,
    erase,
    export,
    hold,
    holds,
    list_entries,
    on_stage,
    proof,
    release,
    show,
    verify,
    witness,
)

for command in COMMANDS:
    log.add_command(command)
