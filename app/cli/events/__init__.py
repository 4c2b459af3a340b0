"""`countersign events`: what subscribers have been told, and what they have not taken."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.table import Table

from app.cli import exits
from app.cli.client import Client, ClientError
from app.cli.log.asking import asks

SOME_ASIDE = 1
_OUTPUT = click.option(
    "--output", type=click.Choice(["text", "json"]), default="text", show_default=True
)


@click.group()
def events() -> None:
    """See what subscribers have not taken, and send it again."""


@events.command(name="list", epilog="Exit codes: 0 all taken, 1 some put aside, 3 not answered.")
@_OUTPUT
@asks
def list_subscribers(output: str, url: str, token: str) -> None:
    """List subscribers: how far each has been told, and what was put aside.

    \b
    countersign events list
    countersign events list --output json
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    subscribers = _subscribers(url, token)
    if output == "json":
        click.echo(json.dumps(subscribers))
    else:
        _print(subscribers)
    raise SystemExit(SOME_ASIDE if any(one["undelivered"] for one in subscribers) else 0)


@events.command(epilog="Exit codes: 0 taken, 1 not taken again, 3 not answered.")
@click.argument("name")
@click.argument("seqs", metavar="[SEQ]...", nargs=-1, type=click.IntRange(0))
@click.option("--all", "everything", is_flag=True, help="Everything that is put aside.")
@asks
def resend(name: str, seqs: tuple[int, ...], *, everything: bool, url: str, token: str) -> None:
    """Send events again that the subscriber NAME has not taken, by their place in the log.

    \b
    countersign events resend audit-bus 4711
    countersign events resend audit-bus --all
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    if everything == bool(seqs):
        exits.could_not("give the places of events (SEQ), or --all")
    chosen = seqs or _aside(name, _subscribers(url, token))
    is_taken = [_resend(Client(url, token), name, seq) for seq in chosen]
    raise SystemExit(0 if all(is_taken) else SOME_ASIDE)


def _subscribers(url: str, token: str) -> list[dict[str, Any]]:
    try:
        told: list[dict[str, Any]] = Client(url, token).ask("GET", "/v1/events")["subscribers"]
    except ClientError as error:
        _fail(error)
    return told


def _aside(name: str, subscribers: list[dict[str, Any]]) -> tuple[int, ...]:
    aside = {one["name"]: one["undelivered"] for one in subscribers}
    if name not in aside:
        exits.could_not(f"no subscriber {name!r}")
    return tuple(letter["event_seq"] for letter in aside[name])


def _resend(gate: Client, name: str, seq: int) -> bool:
    try:
        told = gate.post(f"/v1/events/{name}/{seq}/resend", {})
    except ClientError as error:
        _fail(error)
    click.echo(f"{seq}: {told['message']}")
    return bool(told["is_taken"])


def _fail(error: ClientError) -> NoReturn:
    exits.could_not(str(error))


def _print(subscribers: list[dict[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("subscriber", "url", "told through", "waiting", "put aside"):
        table.add_column(heading, overflow="fold")
    for one in subscribers:
        aside = str(len(one["undelivered"]))
        table.add_row(one["name"], one["url"], str(one["through"]), str(one["waiting"]), aside)
    console = Console(highlight=False)
    console.print(table)
    for one in subscribers:
        for letter in one["undelivered"]:
            text = f"{one['name']} {letter['event_seq']}: {letter['message']}"
            console.print(f"{text}, tried {letter['attempts']} times", soft_wrap=True, markup=False)
