"""`countersign card`: start a model card that the gate can read."""

from __future__ import annotations

import json
from pathlib import Path

import click

from app.cli import exits

_MISSING = "[More Information Needed]"
_SECTIONS = {
    "Intended use": "What the model is for, and who uses it.",
    "Out-of-scope use": "What it must not be used for.",
    "Limitations": "Where it fails, and how badly.",
    "Training data": "What it was trained on, with versions.",
    "Evaluation": "What was measured, on what data; submit the reports themselves, too.",
    "Ethical considerations": "Who may be harmed, and what was done about it.",
    "Human oversight": "Who watches it, and how it is stopped.",
    "Monitoring": "What is watched once it runs, and what happens when it drifts.",
}


@click.group()
def card() -> None:
    """Write model cards."""


@card.command(epilog="Exit codes: 0 written, 3 not written.")
@click.argument("path", type=click.Path(path_type=Path), default=Path("README.md"))
@click.option("--name", required=True, help="The model's name.")
@click.option("--version", "version", help="Version of the release.")
@click.option("--license", "license_", help="Its license, as the Hugging Face Hub names it.")
@click.option("--owner", "owners", multiple=True, help="Who answers for it; may be repeated.")
@click.option("--base-model", "base_models", multiple=True, help="What it was made from.")
@click.option("--dataset", "datasets", multiple=True, help="What it was trained on.")
def init(
    path: Path, *, name: str, version: str | None, license_: str | None, **lists: tuple[str, ...]
) -> None:
    """Write a card with every section that the gate looks for to PATH (README.md).

    A section counts once its placeholder is gone. A file that is there is never replaced.
    """
    matter = {
        "model_name": name,
        "version": version,
        "license": license_,
        "owners": list(lists["owners"]),
        "base_model": list(lists["base_models"]),
        "datasets": list(lists["datasets"]),
    }
    lines = ["---"]
    # JSON text is YAML text, whatever characters a name holds.
    lines.extend(f"{key}: {json.dumps(value)}" for key, value in matter.items() if value)
    lines.extend(f"# {key}:" for key, value in matter.items() if not value)
    lines.extend(("---", "", f"# {' '.join(name.split())}", ""))
    for title, asked in _SECTIONS.items():
        lines.extend((f"## {title}", "", f"<!-- {asked} -->", "", _MISSING, ""))
    try:
        with path.open("x", encoding="utf-8") as opened:
            opened.write("\n".join(lines))
    except OSError as error:
        exits.could_not(f"{path}: {error.strerror or error}")
    click.echo(f"wrote {path}: fill in {len(_SECTIONS)} sections")
