"""`countersign waive`: ask for a waiver of a soft rule, approve one, end one, see them."""

from __future__ import annotations

import click

from app.cli.waive.changing import approve, request, revoke
from app.cli.waive.reading import list_waivers, report


@click.group()
def waive() -> None:
    """Waive a soft rule, for a reason and a while. The rule still runs, and shows as waived."""


for command in (approve, list_waivers, report, request, revoke):
    waive.add_command(command)
