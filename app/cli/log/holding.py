"""`countersign log hold|holds|release`: what must neither leave the store nor be erased."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import click

from app.cli import exits
from app.cli.client import Client, ClientError
from app.cli.log.asking import asks, understood

_SEQ = click.IntRange(min=0)
_REASON = click.option("--reason", required=True, help="Why. It stays in the log: name nobody.")


@click.command(epilog="Exit codes: 0 on hold, 3 could not be placed.")
@click.option("--project", help="Entries about models of this project.")
@click.option("--model", metavar="NAMESPACE/NAME", help="Entries about this model.")
@click.option("--digest", help="Entries about the release of this digest.")
@click.option("--entries", type=(_SEQ, _SEQ), metavar="LOW HIGH", help="A range, without HIGH.")
@click.option("--all", "is_all", is_flag=True, help="Every entry, of now and later.")
@_REASON
@asks
def hold(  # noqa: PLR0913 - one argument an option
    *,
    project: str | None,
    model: str | None,
    digest: str | None,
    entries: tuple[int, int] | None,
    is_all: bool,
    reason: str,
    url: str,
    token: str,
) -> None:
    """Place a legal hold: what it covers leaves the store no more, nor can its texts be erased.

    It covers the entries for which all that is given holds. Needs an operator's token.

    \b
    countersign log hold --project acme --reason 'matter 2026-14'
    countersign log hold --model acme/scorer --entries 0 5000 --reason 'matter 15'
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    given = {"project": project, "model": model, "digest": digest}
    on: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if entries is not None:
        on["entries"] = {"low": entries[0], "high": entries[1]}
    if bool(on) == is_all:
        exits.could_not("say what is on hold: --project, --model, --digest, --entries, or --all")
    hold_id, seq = _asked(Client(url, token), "/v1/log/holds", {"on": on, "reason": reason})
    click.echo(f"hold {hold_id}: recorded as entry {seq}")


@click.command(epilog="Exit codes: 0 answered, 3 could not be answered.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@asks
def holds(output: str, url: str, token: str) -> None:
    """List the legal holds in force; needs an auditor's or an operator's token."""
    try:
        found = Client(url, token).ask("GET", "/v1/log/holds")
        with understood():
            lines = [_line(one) for one in found["holds"]]
    except ClientError as error:
        exits.could_not(str(error))
    if output == "json":
        click.echo(json.dumps(found))
        return
    for line in lines:
        click.echo(line)
    click.echo(f"{len(lines)} holds in force")


@click.command(epilog="Exit codes: 0 released, 3 not in force or not answered.")
@click.argument("hold_id")
@_REASON
@asks
def release(hold_id: str, reason: str, url: str, token: str) -> None:
    """Release a legal hold; the next archive may then take what it covered."""
    place = f"/v1/log/holds/{quote(hold_id, safe='')}/release"
    _, seq = _asked(Client(url, token), place, {"reason": reason})
    click.echo(f"released hold {hold_id}: recorded as entry {seq}")


def _line(one: dict[str, Any]) -> str:
    on = json.dumps(one["on"]) if one["on"] else "everything"
    return f"{one['hold_id']}  {one['at'][:19]}  {on}  {one['reason']}"


def _asked(client: Client, path: str, document: dict[str, Any]) -> tuple[str, int]:
    try:
        made = client.post(path, document)
        with understood():
            return made["hold_id"], made["seq"]
    except ClientError as error:
        exits.could_not(str(error))
