"""`countersign log erase`: erase the personal texts of an entry; the tree stays what it was."""

from __future__ import annotations

import click

from app.cli import exits
from app.cli.client import Client, ClientError
from app.cli.log.asking import asks, understood


@click.command(epilog="Exit codes: 0 erased, 3 nothing to erase or not answered.")
@click.argument("seq", type=click.IntRange(min=0))
@click.option("--reason", required=True, help="Why. It stays in the log: name nobody.")
@click.confirmation_option("--yes", prompt="What is erased comes back from nowhere. Erase?")
@asks
def erase(seq: int, reason: str, url: str, token: str) -> None:
    """Erase the personal texts of the entry SEQ, such as a comment; needs an operator's token.

    The entry keeps its commitment to them, so every proof stays valid. That they were erased,
    by whom and why is an entry of its own.

    \b
    countersign log erase 42 --reason 'request 2026-14'
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    try:
        made = Client(url, token).post("/v1/log/erasures", {"seq": seq, "reason": reason})
        with understood():
            names, recorded = ", ".join(made["names"]), made["seq"]
    except ClientError as error:
        exits.could_not(str(error))
    click.echo(f"erased {names} of entry {seq}: recorded as entry {recorded}")
