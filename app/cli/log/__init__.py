"""`countersign log`: find entries, take them away, and check the log without trusting the gate."""

from __future__ import annotations

import click

from app.cli.log.erasing import erase
from app.cli.log.reading import checkpoint, list_entries, on_stage, proof, show
from app.cli.log.taking import export
from app.cli.log.verifying import verify
from app.cli.log.witnessing import witness


@click.group()
def log() -> None:
    """Read, export and verify the decision log."""


for command in (checkpoint, erase, export, list_entries, on_stage, proof, show, verify, witness):
    log.add_command(command)
