"""`countersign demo`: three releases decided before your eyes, with nothing to set up."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from app.cli import exits, reasons
from app.cli.client import Client, ClientError
from app.demo import play
from app.demo.example_releases import Example
from app.demo.play import Scene
from app.demo.running_gate import DemoError, running_gate
from app.domain.errors import GateError

UNEXPECTED = 1


@click.command(epilog="Exit codes: 0 all three as told, 1 some other decision, 3 could not decide.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def demo(output: str) -> None:
    """Sign, submit and approve three example releases on a gate of your own.

    Starts a gate on the embedded engine with its data in a scratch folder, a private
    sigstore that signs, and five people with tokens. You see one release allowed, one
    pending on a role, and one denied with the file and the metric named.
    """
    console = Console(highlight=False)
    try:
        scenes = _play(console if output == "text" else Console(quiet=True))
    except (ClientError, DemoError, GateError) as error:
        exits.could_not(str(error))
    unexpected = [scene for scene in scenes if not scene.is_as_expected]
    if output == "json":
        click.echo(json.dumps([scene.decision for scene in scenes], indent=2))
    else:
        outcomes = ", ".join(f"1 {scene.release.outcome}" for scene in scenes)
        told = "as told" if not unexpected else "NOT as told"
        console.print(f"{len(scenes)} decisions recorded, {told}: {outcomes}")
    raise SystemExit(UNEXPECTED if unexpected else exits.ALLOWED)


def _play(console: Console) -> list[Scene]:
    with tempfile.TemporaryDirectory(prefix="countersign-demo-") as scratch:
        folder = Path(scratch)
        stage = play.set_up(folder)
        with running_gate(stage.environment, folder / "gate.log") as url:
            console.print(f"A gate is running at {url}; three releases come to it.\n")

            def ask(token: str, path: str, document: Mapping[str, Any]) -> dict[str, Any]:
                return Client(url, token).post(path, document)

            scenes = []
            for release in Example.read().releases:
                console.print(f"{release.version}: {release.story}", style="italic")
                scenes.append(play.scene(release, stage, ask))
                reasons.show(console, scenes[-1].decision)
                console.print()
            return scenes
