"""The options of a command that asks a gate, with a token or as a job of GitHub Actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from app.cli.client import Client, ClientError
from app.cli.github.job_token import job_token

Command = Callable[..., Any]

_OPTIONS = (
    click.option(
        "--url", envvar="COUNTERSIGN_URL", default="http://127.0.0.1:8080", show_default=True
    ),
    click.option("--token", envvar="COUNTERSIGN_TOKEN", help="Your token."),
    click.option(
        "--github-oidc",
        metavar="AUDIENCE",
        help="In a job of GitHub Actions, ask with its OIDC token for this audience.",
    ),
    click.option("--id-token-url", envvar="ACTIONS_ID_TOKEN_REQUEST_URL", hidden=True),
    click.option("--id-token-bearer", envvar="ACTIONS_ID_TOKEN_REQUEST_TOKEN", hidden=True),
)


def asks_as_job(command: Command) -> Command:
    """Give a command the options by which it reaches a gate; it gets them by name."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def client(given: Mapping[str, Any]) -> Client:
    """Reach the gate of these options. Raises ClientError when nothing says who asks."""
    token, audience = given["token"], given["github_oidc"]
    if audience and token:
        raise ClientError("give --token (COUNTERSIGN_TOKEN) or --github-oidc, not both")
    if audience:
        token = job_token(given["id_token_url"], given["id_token_bearer"], audience)
    if not token:
        raise ClientError("nothing says who asks: give --token (COUNTERSIGN_TOKEN)")
    return Client(given["url"], token)
