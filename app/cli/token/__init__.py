"""`countersign token`: who may ask the gate, in which roles, in which projects and stages."""

from __future__ import annotations

import click

from app.cli.token.creating import create
from app.cli.token.living import list_tokens, revoke, whoami


@click.group()
def token() -> None:
    """Create, list and revoke tokens. A token is shown once; the gate keeps only a hash."""


for command in (create, list_tokens, revoke, whoami):
    token.add_command(command)
