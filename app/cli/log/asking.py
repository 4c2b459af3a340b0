"""The options of every command that asks a gate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import click

from app.cli.client import ClientError

Command = Callable[..., Any]


def asks(command: Command) -> Command:
    """Give a command the options --url and --token."""
    url = click.option(
        "--url",
        envvar="COUNTERSIGN_URL",
        default="http://127.0.0.1:8080",
        show_default=True,
        show_envvar=True,
    )
    token = click.option(
        "--token",
        envvar="COUNTERSIGN_TOKEN",
        required=True,
        show_envvar=True,
        help="Your token.",
    )
    return url(token(command))


@contextmanager
def understood() -> Iterator[None]:
    """Read what a gate answered, and nothing else: what is not there is not a fault of ours.

    Raises ClientError where the answer is not what every gate answers.
    """
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        message = f"what answers is not a gate: {type(error).__name__}: {error}"
        raise ClientError(message) from error


def query(**given: str | int | None) -> str:
    """Write what is given as a query string."""
    return urlencode({name: value for name, value in given.items() if value is not None})
