"""`countersign log list|show|proof|checkpoint`: what the log says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from app.cli import exits
from app.cli.client import Client, ClientError
from app.cli.log.asking import asks, query
from app.domain.canonical import canonical_json

_OUTPUT = click.option(
    "--output", type=click.Choice(["text", "json"]), default="text", show_default=True
)


@click.command(name="list", epilog="Exit codes: 0 answered, 3 could not be answered.")
@click.argument("question", required=False, default="")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--cursor", help="The next page, as the one before named it.")
@_OUTPUT
@asks
def list_entries(  # noqa: PLR0913, PLR0917 - one argument an option
    question: str, limit: int, cursor: str | None, output: str, url: str, token: str
) -> None:
    """List entries that QUESTION finds, the newest first.

    \b
    countersign log list 'model:acme/scorer outcome:deny reason:signatures.* after:2026-01-01'
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    asked = query(q=question or None, limit=limit, cursor=cursor)
    try:
        page = Client(url, token).ask("GET", f"/v1/log?{asked}")
    except ClientError as error:
        exits.could_not(str(error))
    if output == "json":
        click.echo(json.dumps(page))
        return
    _print_page(page)


@click.command(epilog="Exit codes: 0 shown, 3 not found or not answered.")
@click.argument("entry")
@asks
def show(entry: str, url: str, token: str) -> None:
    """Show one entry, by its place in the log or by the id of a decision."""
    click.echo(_fetched(url, token, _path(entry)), nl=False)
    click.echo()


@click.command(name="on-stage", epilog="Exit codes: 0 shown, 3 nothing there or not answered.")
@click.argument("model", metavar="NAMESPACE/NAME")
@click.argument("stage")
@click.option("--at", help="A time or a date, in UTC unless it says otherwise; left out, now.")
@asks
def on_stage(model: str, stage: str, at: str | None, url: str, token: str) -> None:
    """Show what stood on a STAGE of a model at a time: the entry that put it there.

    \b
    countersign log on-stage acme/scorer production --at 2026-06-01T12:00:00Z
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    asked = query(model=model, stage=stage, at=at)
    try:
        body = Client(url, token).ask("GET", f"/v1/log/on-stage?{asked}")
    except ClientError as error:
        exits.could_not(str(error))
    click.echo(canonical_json(body))


@click.command(epilog="Exit codes: 0 written, 3 not found or not answered.")
@click.argument("entry")
@click.option(
    "--file",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write here, such as decision.tlog-proof.",
)
@click.option("--witnessed", is_flag=True, help="Under a checkpoint that a witness has cosigned.")
@asks
def proof(entry: str, target: Path | None, *, witnessed: bool, url: str, token: str) -> None:
    """Fetch the receipt of an entry (C2SP tlog-proof): its proof to be in the log.

    With --witnessed it holds the cosignatures of witnesses, for `log verify --trust`.
    """
    asked = "?witnessed=true" if witnessed else ""
    content = _fetched(url, token, f"{_path(entry)}/receipt{asked}")
    if target is None:
        click.echo(content, nl=False)
    else:
        target.write_bytes(content)


@click.command(epilog="Exit codes: 0 written, 3 not answered.")
@click.option("--witnessed", is_flag=True, help="The newest that a witness has cosigned.")
@asks
def checkpoint(*, witnessed: bool, url: str, token: str) -> None:
    """Fetch the signed checkpoint. Keep it: later it proves that the log only grew."""
    asked = "?witnessed=true" if witnessed else ""
    click.echo(_fetched(url, token, f"/v1/log/checkpoint{asked}"), nl=False)


def _path(entry: str) -> str:
    if entry.isascii() and entry.isdigit():
        return f"/v1/log/entries/{entry}"
    return f"/v1/decisions/{entry}"


def _fetched(url: str, token: str, path: str) -> bytes:
    try:
        content = Client(url, token).fetch(path)
    except ClientError as error:
        exits.could_not(str(error))
    if content is None:
        exits.could_not(f"the gate has nothing at {path}")
    return content


def _print_page(page: dict[str, Any]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("seq", "at", "kind", "outcome", "model", "stage", "who", "reasons"):
        table.add_column(heading, overflow="fold")
    for body in page["entries"]:
        columns = body["entry"]
        codes = [reason["code"] for reason in body.get("reasons", [])]
        shown = [columns.get(name, "") for name in ("kind", "outcome", "model", "stage", "actor")]
        table.add_row(str(body["seq"]), body["at"][:19], *shown, " ".join(codes))
    console = Console(highlight=False)
    console.print(table)
    if "total" in page:
        total, is_exact = page["total"], page["is_total_exact"]
        console.print(f"{total} found" if is_exact else f"more than {total} found")
    if page["next_cursor"]:
        console.print(f"next page: --cursor {page['next_cursor']}", soft_wrap=True)
