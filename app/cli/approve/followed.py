"""What became of the releases that an act counts for, as people read it in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click


def tell(made: Mapping[str, Any]) -> None:
    """Print the decisions that followed an act, one a line, and what could not be decided."""
    again = made.get("again")
    if again is None:
        return
    for one in again["decided"]:
        click.echo(f"{one['outcome'].upper():10}{_about(one)}")
        click.echo(f"{'':10}decision {one['decision_id']}")
    for one in again["undecided"]:
        click.echo(f"{'UNDECIDED':10}{_about(one)}: what was said before stands")
        click.echo(f"{'':10}{one['why']}")
    if not again["is_complete"]:
        click.echo("there is more that this counts for: it is decided when it is submitted again")


def _about(one: Mapping[str, Any]) -> str:
    return f"{one['model']} {one['version']} for {one['stage']}"
