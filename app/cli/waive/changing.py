"""`countersign waive request`, `approve`, `revoke`: each is an entry of the log."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from app.cli import exits
from app.cli.approve import followed
from app.cli.client import Client, ClientError, segment
from app.cli.log.asking import asks
from app.cli.waive import shown

OUTPUT = click.option(
    "--output", type=click.Choice(["text", "json"]), default="text", show_default=True
)


@click.command(epilog="Exit codes: 0 recorded, 3 refused or not recorded.")
@click.option("--code", "codes", multiple=True, required=True, help="A reason code to waive.")
@click.option("--model", required=True, metavar="NAMESPACE/NAME", help="The model it is for.")
@click.option("--release", "release_digest", help="One release of it; without, all of them.")
@click.option("--stage", required=True, help="The stage it is for.")
@click.option("--reason", required=True, help="Why the rule may be broken.")
@click.option("--ticket", required=True, help="Where the matter is followed.")
@click.option("--days", type=click.IntRange(1, 366), help="How long it lasts from now on.")
@click.option("--not-before", help="Start, RFC 3339; now, if it is absent.")
@click.option("--expires-at", help="End, RFC 3339, instead of --days.")
@OUTPUT
@asks
def request(output: str, url: str, token: str, **given: Any) -> None:  # noqa: ANN401 - options by name
    """Ask for a waiver. It covers nothing until somebody else approves it.

    Rules that policy data does not attach as soft cannot be waived: the request is refused.

    \b
    countersign waive request --code freeze.window_active --model acme/scorer \\
      --stage production --days 2 --reason 'security fix' --ticket OPS-1
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    if (given["days"] is None) == (given["expires_at"] is None):
        raise click.UsageError("give one of --days and --expires-at")
    asked: dict[str, Any] = {
        name: given[name] for name in ("model", "stage", "reason", "ticket") if given[name]
    }
    asked["codes"] = list(given["codes"])
    asked["expires_at"] = given["expires_at"] or _in_days(given["days"])
    for name in ("release_digest", "not_before"):
        if given[name]:
            asked[name] = given[name]
    _tell(_asked(url, token, "/v1/waivers", asked), output)


@click.command(epilog="Exit codes: 0 recorded, 3 refused or not recorded.")
@click.argument("waiver_id")
@OUTPUT
@asks
def approve(waiver_id: str, output: str, url: str, token: str) -> None:
    """Approve a waiver that somebody else asked for, in a role that policy data names.

    What the waiver lets through is decided again at once, and told.
    """
    _tell(_asked(url, token, f"/v1/waivers/{segment(waiver_id)}/approve", {}), output)


@click.command(epilog="Exit codes: 0 recorded, 3 refused or not recorded.")
@click.argument("waiver_id")
@OUTPUT
@asks
def revoke(waiver_id: str, output: str, url: str, token: str) -> None:
    """End a waiver before its time. What rested on it is decided again at once, and told."""
    _tell(_asked(url, token, f"/v1/waivers/{segment(waiver_id)}/revoke", {}), output)


def _in_days(days: int) -> str:
    return (datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)).isoformat()


def _asked(url: str, token: str, path: str, document: dict[str, Any]) -> dict[str, Any]:
    try:
        return Client(url, token).post(path, document)
    except ClientError as error:
        exits.could_not(str(error))


def _tell(made: dict[str, Any], output: str) -> None:
    if output == "json":
        click.echo(json.dumps(made))
        return
    click.echo(shown.line(made))
    followed.tell(made)
