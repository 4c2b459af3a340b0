"""`countersign waive list` and `report`: the waivers as they are now."""

from __future__ import annotations

import json

import click

from app.cli import exits
from app.cli.client import Client, ClientError
from app.cli.log.asking import asks, query
from app.cli.waive import shown

TO_LOOK_AT = 1


@click.command(name="list", epilog="Exit codes: 0 shown, 3 not answered.")
@click.option("--model", metavar="NAMESPACE/NAME", help="Of one model alone.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@asks
def list_waivers(model: str | None, output: str, url: str, token: str) -> None:
    """List waivers, and entries that cannot be read as waivers and so cover nothing."""
    asked = query(model=model)
    try:
        found = Client(url, token).ask("GET", f"/v1/waivers?{asked}")
    except ClientError as error:
        exits.could_not(str(error))
    if output == "json":
        click.echo(json.dumps(found))
        return
    for one in found["waivers"]:
        click.echo(shown.line(one))
    for one in found["malformed"]:
        click.echo(f"{'IGNORED':10}{one['waiver_id']}: {one['why']}")
    if not found["waivers"] and not found["malformed"]:
        click.echo("no waivers")


@click.command(epilog="Exit codes: 0 nothing to look at, 1 something is, 3 not answered.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@asks
def report(output: str, url: str, token: str) -> None:
    """Report the waivers that somebody should look at.

    Those that no decision ever rested on, that run out within 14 days, that come back again
    and again, and that cover nothing although they were approved. Where decisions that may
    have rested on one are in an archive, it is told apart (`untold`), and is nothing to look
    at by itself.
    """
    try:
        found = Client(url, token).ask("GET", "/v1/waivers/report")
    except ClientError as error:
        exits.could_not(str(error))
    if output == "json":
        click.echo(json.dumps(found))
    else:
        shown.report(found)
    is_anything = any(part for name, part in found.items() if name != "untold")
    raise SystemExit(TO_LOOK_AT if is_anything else 0)
