"""`countersign user`: people that the gate itself knows, by a password that they set."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from app.cli import exits
from app.cli.client import Client, ClientError, segment
from app.domain.caller import ANY, Role
from app.domain.canonical import canonical_json

_URL = click.option("--url", envvar="COUNTERSIGN_URL", required=True, help="The gate.")
_TOKEN = click.option(
    "--token", envvar="COUNTERSIGN_TOKEN", required=True, help="The operator's token."
)
_OUTPUT = click.option(
    "--output", type=click.Choice(["text", "json"]), default="text", show_default=True
)


def _held(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say what somebody is to the gate, and where."""
    options = (
        click.option(
            "--role",
            "roles",
            multiple=True,
            required=True,
            type=click.Choice([role.value for role in Role]),
            help="A role of theirs; may be given several times.",
        ),
        click.option("--project", "projects", multiple=True, default=[ANY], help="[default: all]"),
        click.option("--stage", "stages", multiple=True, default=[ANY], help="[default: all]"),
        _URL,
        _TOKEN,
        _OUTPUT,
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def user() -> None:
    """Add, invite, list, change and disable users of the gate itself, as an operator.

    Where people have an OIDC provider, use that instead: docs/identity.md.
    """


@user.command(epilog="Exit codes: 0 added, 3 not added.")
@click.argument("name")
@_held
def add(  # noqa: PLR0913, PLR0917 - one argument an option
    name: str,
    roles: tuple[str, ...],
    projects: tuple[str, ...],
    stages: tuple[str, ...],
    url: str,
    token: str,
    output: str,
) -> None:
    """Add a user and print the one-time link by which they set a password.

    A user who was disabled is added again the same way, in the roles that are named.

    \b
    countersign user add ada --role risk_compliance --project acme
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    held = _once(roles=roles, projects=projects, stages=stages)
    _show_link(_ask(url, token, "POST", "/v1/users", {"name": name, **held}), url, output)


@user.command(epilog="Exit codes: 0 changed, 3 not changed.")
@click.argument("name")
@_held
def roles(  # noqa: PLR0913, PLR0917 - one argument an option
    name: str,
    roles: tuple[str, ...],
    projects: tuple[str, ...],
    stages: tuple[str, ...],
    url: str,
    token: str,
    output: str,
) -> None:
    """Give a user these roles in place of theirs; their sessions end.

    Nobody changes their own roles. If another operator was faster, nothing is changed.

    \b
    countersign user roles ada --role governance_lead --project acme
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    held = _once(roles=roles, projects=projects, stages=stages)
    path = f"/v1/users/{segment(name)}"
    before = _ask(url, token, "GET", path)
    answer = _ask(url, token, "PUT", f"{path}/roles", held, If_Match=f'"{before["seq"]}"')
    if output == "json":
        click.echo(json.dumps(answer))
        return
    was, now = (", ".join(one["roles"]) for one in (before, answer))
    click.echo(f"{answer['subject']}: {was} -> {now}")


@user.command(epilog="Exit codes: 0 invited, 3 not invited.")
@click.argument("name")
@_URL
@_TOKEN
@_OUTPUT
def invite(name: str, url: str, token: str, output: str) -> None:
    """Print another link, by which a user sets another password.

    \b
    countersign user invite ada
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    _show_link(_ask(url, token, "POST", f"/v1/users/{segment(name)}/invite"), url, output)


@user.command(epilog="Exit codes: 0 disabled, 3 not disabled.")
@click.argument("name")
@_URL
@_TOKEN
@_OUTPUT
def disable(name: str, url: str, token: str, output: str) -> None:
    """Let a user sign in no more, and end their sessions.

    \b
    countersign user disable ada
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    answer = _ask(url, token, "POST", f"/v1/users/{segment(name)}/disable")
    click.echo(json.dumps(answer) if output == "json" else f"disabled {answer['subject']}")


@user.command("list", epilog="Exit codes: 0 listed, 3 not answered.")
@_URL
@_TOKEN
@_OUTPUT
def list_users(url: str, token: str, output: str) -> None:
    """List the users by name.

    \b
    countersign user list --output json
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    answer = _ask(url, token, "GET", "/v1/users")
    if output == "json":
        click.echo(json.dumps(answer))
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("name", "roles", "projects", "stages", "state"):
        table.add_column(heading, overflow="fold")
    for one in answer["users"]:
        lists = (", ".join(one[name]) for name in ("roles", "projects", "stages"))
        table.add_row(one["name"], *lists, one["state"])
    Console(highlight=False).print(table)


def _once(**given: tuple[str, ...]) -> dict[str, list[str]]:
    # What is said twice is meant once.
    return {name: list(dict.fromkeys(values)) for name, values in given.items()}


def _show_link(answer: dict[str, Any], url: str, output: str) -> None:
    link = f"{url.rstrip('/')}/set-up#{answer['code']}"
    if output == "json":
        click.echo(json.dumps({**answer, "link": link}))
        return
    click.echo(
        f"{answer['subject']} sets a password, once, by {answer['expires_at']}, at", err=True
    )
    click.echo(link)


def _ask(
    url: str,
    token: str,
    method: str,
    path: str,
    document: object | None = None,
    **headers: str,
) -> dict[str, Any]:
    client = Client(url, token)
    content = None if document is None else canonical_json(document)
    try:
        return client.ask(method, path, content, **headers)
    except ClientError as error:
        exits.could_not(str(error))
