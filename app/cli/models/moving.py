"""`countersign promote` and `countersign rollback`: move a stage, from where it was seen."""

from __future__ import annotations

import json
from typing import Any

import click

from app.cli import exits
from app.cli.client import Client, ClientError
from app.cli.github.asking import asks_as_job, client
from app.cli.models import asking
from app.domain.canonical import canonical_json

_SEEN = click.option(
    "--seen",
    type=click.IntRange(0),
    metavar="SEQ",
    help="Refuse unless the stage still points at this entry; without it, at what it points now.",
)


@click.command(epilog="Exit codes: 0 promoted, 3 refused or not answered.")
@asking.MODEL
@click.argument("version")
@click.argument("stage")
@click.option("--note", default="", help="Why now, for people.")
@_SEEN
@asking.OUTPUT
@asks_as_job
def promote(  # noqa: PLR0913, PLR0917 - one argument an option
    model: str,
    version: str,
    stage: str,
    note: str,
    seen: int | None,
    output: str,
    **given: Any,  # noqa: ANN401 - options by name
) -> None:
    """Put VERSION on STAGE, on its recorded allow; what was there is demoted at once.

    \b
    countersign promote acme/scorer 1.4.0 production --note "canary was fine"
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    asked = {"version": version, "note": note}
    _move(model, stage, "promotions", asked, seen, output, given)


@click.command(epilog="Exit codes: 0 rolled back, 3 refused or not answered.")
@asking.MODEL
@click.argument("stage")
@click.option("--to", "version", help="The version to go back to; else the one before.")
@click.option("--reason", required=True, help="Why.")
@_SEEN
@asking.OUTPUT
@asks_as_job
def rollback(  # noqa: PLR0913, PLR0917 - one argument an option
    model: str,
    stage: str,
    version: str | None,
    reason: str,
    seen: int | None,
    output: str,
    **given: Any,  # noqa: ANN401 - options by name
) -> None:
    """Go back on STAGE to a version that was there before. Policy is not asked.

    The version must not be under review or revoked, and its signatures are verified again.

    \b
    countersign rollback acme/scorer production --reason "error rate doubled"
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    asked = {"reason": reason} | ({"version": version} if version else {})
    _move(model, stage, "rollbacks", asked, seen, output, given)


def _move(  # noqa: PLR0913, PLR0917 - what is asked, of which stage, and how to tell it
    model: str,
    stage: str,
    how: str,
    asked: dict[str, str],
    seen: int | None,
    output: str,
    given: dict[str, Any],
) -> None:
    path = asking.of_model(model, "stages", stage)
    try:
        gate = client(given)
        there = _there(gate, path) if seen is None else seen
        condition = {"If_None_Match": "*"} if there is None else {"If_Match": f'"{there}"'}
        content = canonical_json(asked)
        moved = gate.ask("POST", f"{path}/{how}", content, **condition)
    except ClientError as error:
        exits.could_not(str(error))
    if not asking.answered(moved, output):
        before = moved.get("previous", "-")
        click.echo(f"{stage} of {model}: {before} -> {moved['version']} (entry {moved['seq']})")


def _there(gate: Client, path: str) -> int | None:
    content = gate.fetch(path)
    if content is None:
        return None
    seq: int = json.loads(content)["seq"]
    return seq
