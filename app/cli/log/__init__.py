"""`countersign log`: find entries, take them away, and check the log without trusting the gate."""

from __future__ import annotations

import click

from app.cli.log.reading import checkpoint, list_entries, proof, show
from app.cli.log.taking import export
from app.cli.log.verifying import verify


@click.group()
def log() -> None:
    """Read, export and verify the decision log."""


for command in (checkpoint, export, list_entries, proof, show, verify):
    log.add_command(command)
