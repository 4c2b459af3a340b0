"""`countersign store`: bring the database of the log to this version's tables."""

from __future__ import annotations

import json

import click

from app.adapters.stores import postgres
from app.adapters.stores.opening import Stores
from app.bootstrap import storage
from app.cli import exits
from app.cli.log.progress import bar
from app.domain.errors import GateError
from app.settings import Settings, SettingsError

FAULTY = 1


@click.group()
def store() -> None:
    """Look after the database. SQLite is migrated when the gate opens it."""


@store.command(epilog="Exit codes: 0 migrated, 3 could not be migrated.")
@click.option("--url", required=True, help="postgresql://... as the owner of the tables.")
@click.option("--role", help="A role to run the gate as: it adds entries and changes none.")
@click.option("--may-detach", is_flag=True, help="Let it let go of bodies that are in an archive.")
def migrate(url: str, role: str | None, *, may_detach: bool) -> None:
    """Bring a PostgreSQL database to this version's tables.

    \b
    countersign store migrate --url postgresql://owner@db/countersign --role countersign_gate
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    try:
        postgres.migrate(url, role, may_detach=may_detach)
    except GateError as error:
        exits.could_not(f"{error.message}: {error.detail}" if error.detail else error.message)
    click.echo("migrated")


@store.command(epilog="Exit codes: 0 sound, 1 something was changed, 3 could not be checked.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def check(output: str) -> None:
    """Check every entry from within: its columns and its leaf against its body, and the tree.

    So are the tables by which entries are found: reasons, words, places, ids, archives. Reads
    the settings of the gate (COUNTERSIGN_DATA_DIR, COUNTERSIGN_DATABASE_URL); on SQLite only
    while no gate is running on it.

    \b
    countersign store check
    COUNTERSIGN_DATA_DIR=/srv/gate countersign store check --output json
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    try:
        with storage.opened_stores(Settings.from_environment()) as stores:
            faults = _faults(stores)
    except (GateError, SettingsError) as error:
        exits.could_not(str(error))
    if output == "json":
        click.echo(json.dumps({"is_sound": not faults, "faults": faults}))
    else:
        for fault in faults:
            click.echo(fault)
        click.echo("NOT SOUND" if faults else "sound")
    raise SystemExit(FAULTY if faults else 0)


def _faults(stores: Stores) -> list[str]:
    with bar() as progress:
        task = progress.add_task("checking", total=None)
        told = stores.check(lambda done, of: progress.update(task, completed=done, total=of))
        return list(told)
