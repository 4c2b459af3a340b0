"""`countersign token list|revoke|whoami`: which tokens are alive, and what one is good for."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.table import Table

from app.cli import exits
from app.cli.client import Client, ClientError, segment

Command = TypeVar("Command", bound=Callable[..., None])


def _asking(command: Command) -> Command:
    """Give a command the options by which a gate is asked."""
    for option in (
        click.option("--output", type=click.Choice(["text", "json"]), default="text"),
        click.option("--token", envvar="COUNTERSIGN_TOKEN", required=True, help="Who asks."),
        click.option("--url", envvar="COUNTERSIGN_URL", required=True, help="The gate."),
    ):
        command = option(command)
    return command


@click.command("list", epilog="Exit codes: 0 listed, 3 not answered.")
@_asking
def list_tokens(url: str, token: str, output: str) -> None:
    """List the tokens that are alive, as an operator.

    \b
    countersign token list --url https://gate.example.org
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    answer = _ask(url, token, "GET", "/v1/tokens")
    if output == "json":
        click.echo(json.dumps(answer))
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("token", "subject", "roles", "projects", "stages", "ends"):
        table.add_column(heading, overflow="fold")
    for one in answer["tokens"]:
        lists = (", ".join(one[name]) for name in ("roles", "projects", "stages"))
        table.add_row(one["token_id"], one["subject"], *lists, one.get("expires_at", "never"))
    Console(highlight=False).print(table)


@click.command(epilog="Exit codes: 0 revoked, 3 not revoked.")
@click.argument("token_id")
@_asking
def revoke(token_id: str, url: str, token: str, output: str) -> None:
    """End a token now, as an operator. TOKEN_ID is its public part, as `list` shows it.

    \b
    countersign token revoke 01a20f39-e27e-7620-a68c-2af96c41349e
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    answer = _ask(url, token, "POST", f"/v1/tokens/{segment(token_id)}/revoke")
    click.echo(json.dumps(answer) if output == "json" else f"revoked {answer['subject']}'s token")


@click.command(epilog="Exit codes: 0 known, 3 nobody the gate knows, or not answered.")
@_asking
def whoami(url: str, token: str, output: str) -> None:
    """Tell whom a token stands for: also one that a CI job got from its issuer.

    \b
    countersign token whoami --url https://gate.example.org
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    answer = _ask(url, token, "GET", "/v1/caller")
    if output == "json":
        click.echo(json.dumps(answer))
        return
    click.echo(answer["subject"])
    for name in ("roles", "projects", "stages"):
        click.echo(f"  {name:9} {', '.join(answer[name])}")


def _ask(url: str, token: str, method: str, path: str) -> dict[str, Any]:
    try:
        return Client(url, token).ask(method, path)
    except ClientError as error:
        exits.could_not(str(error))
