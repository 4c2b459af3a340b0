"""`countersign delegate`: let somebody vote in your place, for a while."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from app.cli import exits
from app.cli.client import Client, ClientError, segment
from app.cli.log.asking import asks

_OUTPUT = click.option(
    "--output", type=click.Choice(["text", "json"]), default="text", show_default=True
)


@click.group()
def delegate() -> None:
    """Let somebody vote in your place, for a while; end it; see what there is."""


@delegate.command(epilog="Exit codes: 0 recorded, 3 could not be recorded.")
@click.argument("subject")
@click.option("--role", "roles", multiple=True, required=True, help="A role of your own token.")
@click.option("--days", type=click.IntRange(1, 366), required=True, help="For how long.")
@click.option("--reason", required=True, help="Why, such as: on leave.")
@_OUTPUT
@asks
def give(  # noqa: PLR0913, PLR0917 - one argument an option
    subject: str, roles: tuple[str, ...], days: int, reason: str, output: str, url: str, token: str
) -> None:
    """Let SUBJECT vote in your place: they fill your seat as long as you do not vote yourself.

    What others let you do is not passed on.

    \b
    countersign delegate give rolf@example.org --role risk_compliance --days 7 \\
      --reason 'on leave'
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)
    asked = {
        "delegate": subject,
        "roles": list(dict.fromkeys(roles)),
        "reason": reason,
        "expires_at": end.isoformat(),
    }
    _tell(_asked(url, token, "/v1/delegations", asked), output)


@delegate.command(epilog="Exit codes: 0 recorded, 3 could not be recorded.")
@click.argument("delegation_id")
@_OUTPUT
@asks
def end(delegation_id: str, output: str, url: str, token: str) -> None:
    """End a delegation that you gave or have; votes that were given in its time stay."""
    _tell(_asked(url, token, f"/v1/delegations/{segment(delegation_id)}/end", {}), output)


@delegate.command(name="list", epilog="Exit codes: 0 shown, 3 not answered.")
@_OUTPUT
@asks
def list_delegations(output: str, url: str, token: str) -> None:
    """List what you gave and what was given to you; as an auditor, what everybody did."""
    try:
        found = Client(url, token).ask("GET", "/v1/delegations")["delegations"]
    except ClientError as error:
        exits.could_not(str(error))
    if output == "json":
        click.echo(json.dumps(found))
        return
    for one in found:
        until = f"ended by {one['ended_by']}" if "ended_by" in one else f"until {one['expires_at']}"
        roles = ", ".join(one["roles"])
        click.echo(one["delegation_id"])
        click.echo(f"  {one['delegate']} for {one['delegator']} as {roles}, {until}")
    if not found:
        click.echo("no delegations")


def _asked(url: str, token: str, path: str, document: dict[str, Any]) -> dict[str, Any]:
    try:
        return Client(url, token).post(path, document)
    except ClientError as error:
        exits.could_not(str(error))


def _tell(made: dict[str, Any], output: str) -> None:
    if output == "json":
        click.echo(json.dumps(made))
        return
    until = "ended" if "ended_by" in made else f"until {made['expires_at']}"
    click.echo(f"{made['delegation_id']}")
    click.echo(f"{made['delegate']} for {made['delegator']}, {until}")
