"""`countersign log`: find entries, take them away, and check the log without trusting the gate."""

from __future__ import annotations

import click

from app.cli.log.archiving import archive
from app.cli.log.erasing import erase
from app.cli.log.holding import hold, holds, release
from app.cli.log.reading import checkpoint, list_entries, on_stage, proof, show
from app.cli.log.taking import export
from app.cli.log.verifying import verify
from app.cli.log.witnessing import witness


@click.group()
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
