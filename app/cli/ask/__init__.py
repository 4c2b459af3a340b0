"""`countersign ask`: what was decided about a release, asked by whoever is about to deploy it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click
from rich.console import Console
from rich.text import Text

from app.cli import exits
from app.cli.client import Client, ClientError
from app.cli.github.asking import asks_as_job, client

LONGEST_MESSAGE = 4096
"""Bytes of a container's termination message that Kubernetes keeps."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_EXITS = {**exits.BY_OUTCOME, "unknown": exits.COULD_NOT_DECIDE}
_COLOURS = {"allow": "green", "pending": "yellow", "deny": "red"}


@click.command(
    cls=exits.Answering,
    epilog="Exit codes: 0 allow, 1 deny, 2 pending, 3 no decision counts, or no answer.",
)
@click.argument("release")
@click.option("--stage", required=True, help="Stage that it is to go to, such as production.")
@click.option("--cluster", help="Cluster that it is to go to.")
@click.option(
    "--wait",
    type=click.IntRange(0, 86_400),
    default=0,
    show_default=True,
    help="Seconds to go on asking while the answer is pending, or there is none.",
)
@click.option(
    "--every", type=click.FloatRange(0.01), default=10, show_default=True, help="Seconds between."
)
@click.option(
    "--message",
    "message_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write why not here, such as /dev/termination-log of a container.",
)
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@asks_as_job
def ask(
    release: str,
    *,
    wait: int,
    every: float,
    message_file: Path | None,
    output: str,
    **given: Any,  # noqa: ANN401 - options by name
) -> None:
    """Ask what was decided about RELEASE: its digest, or a reference such as oci://...

    Nothing is decided or hashed here: the gate answers from its record, in a moment.

    \b
    countersign ask "$(countersign digest ./model)" --stage production
    countersign ask oci://registry.example/scorer@sha256:4f1c... --stage production --wait 600
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    name = "release" if _DIGEST.fullmatch(release) else "reference"
    asked = {name: release, "stage": given["stage"], "cluster": given["cluster"]}
    path = f"/v1/enforcement/body?{urlencode({k: v for k, v in asked.items() if v})}"
    try:
        answer = _answer(client(given), path, wait, every)
    except ClientError as error:
        _write(message_file, f"countersign: {error}")
        exits.could_not(str(error))
    _write(message_file, "" if answer["allow"] else _told(answer))
    click.echo(json.dumps(answer, indent=2)) if output == "json" else _show(answer)
    raise SystemExit(exits.ALLOWED if answer["allow"] else _EXITS[answer["outcome"]])


def _answer(gate: Client, path: str, wait: float, every: float) -> dict[str, Any]:
    return _patiently(lambda: gate.ask("GET", path), time.monotonic() + wait, every)


def _patiently(ask_once: Callable[[], dict[str, Any]], end: float, every: float) -> dict[str, Any]:
    # A gate that is being restarted is asked again too; what it said last is what counts.
    while True:
        is_last = time.monotonic() >= end
        try:
            answer = ask_once()
        except ClientError:
            if is_last:
                raise
        else:
            if is_last or answer["outcome"] != "pending":
                return answer
        time.sleep(min(every, max(0.0, end - time.monotonic())))


def _told(answer: dict[str, Any]) -> str:
    lines = [answer["message"]]
    for reason in answer["reasons"]:
        lines.append(f"- {reason['code']}: {reason['message']}")
        lines.append(f"  {reason['fix']['who']}: {reason['fix']['how']}")
    lines += [answer["url"]] if "url" in answer else []
    return "\n".join(lines)


def _show(answer: dict[str, Any]) -> None:
    outcome = answer["outcome"]
    console = Console(highlight=False)
    console.print(Text(_told(answer), style=_COLOURS.get(outcome, "red")), soft_wrap=True)
    for warning in answer["warnings"]:
        console.print(Text(f"warning: {warning}"), soft_wrap=True)


def _write(file: Path | None, text: str) -> None:
    if file is None:
        return
    try:
        file.write_bytes(text.encode()[:LONGEST_MESSAGE])
    except OSError as error:
        click.echo(f"countersign: {file} cannot be written: {error.strerror}", err=True)
