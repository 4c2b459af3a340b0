"""`countersign glass`: let a release through in an emergency, and review it afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

from app.cli import exits
from app.cli.approve import followed
from app.cli.client import Client, ClientError, segment
from app.cli.log.asking import asks, query

_OUTPUT = click.option(
    "--output", type=click.Choice(["text", "json"]), default="text", show_default=True
)


@click.group()
def glass() -> None:
    """Break the glass in an emergency: for hours, told at once, and reviewed afterwards."""


@glass.command(name="break", epilog="Exit codes: 0 recorded, 3 refused or not recorded.")
@click.argument("release_digest")
@click.option("--stage", required=True, help="Where the release has to go.")
@click.option("--hours", type=click.IntRange(1, 168), required=True, help="For how long.")
@click.option("--reason", required=True, help="What the emergency is.")
@_OUTPUT
@asks
def break_(  # noqa: PLR0913, PLR0917 - one argument an option
    release_digest: str, stage: str, hours: int, reason: str, output: str, url: str, token: str
) -> None:
    """Let the release of RELEASE_DIGEST through, in the role break_glass.

    Covers rules that policy data attaches as emergency or soft, and no others. The release is
    decided again at once. No other release of the model passes until it is reviewed.

    \b
    countersign glass break 9f2c...e1 --stage production --hours 4 \\
      --reason 'the live version leaks addresses'
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    asked = {"release_digest": release_digest, "stage": stage, "hours": hours, "reason": reason}
    _tell(_asked(url, token, "/v1/break-glass", asked), output)


@glass.command(epilog="Exit codes: 0 recorded, 3 refused or not recorded.")
@click.argument("glass_id")
@click.option("--findings", required=True, help="What the review found.")
@_OUTPUT
@asks
def review(glass_id: str, findings: str, output: str, url: str, token: str) -> None:
    """Close the review that is owed, in a role that policy data names; the emergency ends.

    The release and those that waited for the review are decided again at once.
    """
    asked = {"findings": findings}
    _tell(_asked(url, token, f"/v1/break-glass/{segment(glass_id)}/review", asked), output)


@glass.command(name="list", epilog="Exit codes: 0 shown, 3 not answered.")
@click.option("--model", metavar="NAMESPACE/NAME", help="Of one model alone.")
@_OUTPUT
@asks
def list_glass(model: str | None, output: str, url: str, token: str) -> None:
    """List emergencies, and whether they were reviewed."""
    try:
        found = Client(url, token).ask("GET", f"/v1/break-glass?{query(model=model)}")
    except ClientError as error:
        exits.could_not(str(error))
    if output == "json":
        click.echo(json.dumps(found))
        return
    for one in found["break_glass"]:
        click.echo(_line(one))
    if not found["break_glass"]:
        click.echo("no glass was broken")


def _asked(url: str, token: str, path: str, document: dict[str, Any]) -> dict[str, Any]:
    try:
        return Client(url, token).post(path, document)
    except ClientError as error:
        exits.could_not(str(error))


def _tell(made: dict[str, Any], output: str) -> None:
    if output == "json":
        click.echo(json.dumps(made))
        return
    click.echo(_line(made))
    followed.tell(made)


def _line(one: Mapping[str, Any]) -> str:
    owed = "review owed" if "reviewed_by" not in one else f"reviewed by {one['reviewed_by']}"
    what = f"{one['model']} {one['version']} on {one['stage']}, until {one['expires_at']}"
    return f"{one['glass_id']}\n  {what}\n  by {one['opened_by']}: {one['reason']}\n  {owed}"
