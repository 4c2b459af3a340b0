"""What the commands about models share: names, options, and an answer as text or JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import click
from rich.console import Console
from rich.table import Table

Command = Callable[..., Any]

OUTPUT = click.option(
    "--output", type=click.Choice(["text", "json"]), default="text", show_default=True
)
MODEL = click.argument("model", metavar="NAMESPACE/NAME")


def of_model(model: str, *parts: str) -> str:
    """Write the path of a model, or of something of it, as the API has it."""
    namespace, slash, name = model.partition("/")
    if not slash or not namespace or not name:
        raise click.UsageError(f"expected NAMESPACE/NAME, such as acme/scorer: {model}")
    quoted = (quote(part, safe="") for part in (namespace, name, *parts))
    return "/".join(("/v1/models", *quoted))


def answered(document: Mapping[str, Any], output: str) -> bool:
    """Print the document if JSON is wanted, and tell whether it was."""
    if output == "json":
        click.echo(json.dumps(document, indent=2))
    return output == "json"


def show_table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Print rows under headings, folded to the width of the terminal."""
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(highlight=False).print(table)


def show_moves(moves: list[dict[str, Any]]) -> None:
    """Print moves of pointers, one a row."""
    rows = [
        (
            move["at"][:19],
            move["model"],
            move["name"],
            f"{move.get('previous', '-')} -> {move['version']}",
            move["kind"].replace("_", " "),
            move["by"],
        )
        for move in moves
    ]
    show_table(("at", "model", "stage", "version", "how", "who"), rows)
