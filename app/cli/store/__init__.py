"""`countersign store`: bring the database of the log to this version's tables."""

from __future__ import annotations

import json

import click

from app.adapters.stores import postgres
from app.adapters.stores.opening import Stores
from app.adapters.system.identifiers import new_id
from app.bootstrap import storage
from app.cli import exits
from app.cli.log.progress import bar
from app.domain.entry import Draft, Kind
from app.domain.errors import GateError
from app.settings import Settings, SettingsError

FAULTY = 1
CONSOLE = "console"
"""Who did it: whoever has the settings of the gate."""


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


@store.command(epilog="Exit codes: 0 takes entries, 3 stays frozen or could not be opened.")
@click.option("--reason", required=True, help="Why. It stays in the log: name nobody.")
def unfreeze(reason: str) -> None:
    """Let a frozen log take entries again, if its database is the right one.

    A gate freezes the log when the database does not lead to the checkpoint that was signed
    last (log.signed in the data folder): it was rolled back, restored or swapped. Put the
    right database back, or the right data folder; only then does this do anything. That it
    was done, and why it was frozen, is an entry. Reads the settings of the gate; on SQLite
    only while no gate is running on it.

    \b
    countersign store unfreeze --reason 'ticket 2026-14: started with the wrong data folder'
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    try:
        with storage.opened_stores(Settings.from_environment()) as stores:
            made = stores.unfreeze(lambda why: _unfrozen(reason, why))
    except (GateError, SettingsError) as error:
        exits.could_not(str(error))
    if made is None:
        click.echo("the log is not frozen")
        return
    why = json.loads(made.body)["was_frozen"]
    click.echo(f"the log takes entries again: recorded as entry {made.seq}; it was frozen: {why}")


def _unfrozen(reason: str, why: str) -> Draft:
    return Draft(new_id(), Kind.LOG_UNFROZEN, CONSOLE, {"reason": reason, "was_frozen": why})


def _faults(stores: Stores) -> list[str]:
    with bar() as progress:
        task = progress.add_task("checking", total=None)
        told = stores.check(lambda done, of: progress.update(task, completed=done, total=of))
        return list(told)
