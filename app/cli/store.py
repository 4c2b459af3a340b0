"""`countersign store`: bring the database of the log to this version's tables."""

from __future__ import annotations

import click

from app.adapters.stores import postgres
from app.cli import exits
from app.domain.errors import GateError


@click.group()
def store() -> None:
    """Look after the database. SQLite is migrated when the gate opens it."""


@store.command(epilog="Exit codes: 0 migrated, 3 could not be migrated.")
@click.option("--url", required=True, help="postgresql://... as the owner of the tables.")
@click.option("--role", help="A role to run the gate as: it adds entries and changes none.")
def migrate(url: str, role: str | None) -> None:
    """Bring a PostgreSQL database to this version's tables.

    \b
    countersign store migrate --url postgresql://owner@db/countersign --role countersign_gate
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    try:
        postgres.migrate(url, role)
    except GateError as error:
        exits.could_not(f"{error.message}: {error.detail}" if error.detail else error.message)
    click.echo("migrated")
