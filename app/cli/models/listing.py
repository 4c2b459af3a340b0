"""`countersign models`: which there are, where their pointers stand, what is built on them."""

from __future__ import annotations

import json
from typing import Any

import click

from app.cli import exits
from app.cli.client import ClientError
from app.cli.github.asking import asks_as_job, client
from app.cli.log.asking import query
from app.cli.models import asking


@click.group()
def models() -> None:
    """List models, point aliases, and see what is built on a model."""


@models.command(name="list", epilog="Exit codes: 0 answered, 3 not answered.")
@click.option("--after", help="List the models after this one.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True)
@asking.OUTPUT
@asks_as_job
def list_models(after: str | None, limit: int, output: str, **given: Any) -> None:  # noqa: ANN401 - options by name
    """List the models of which a version is registered."""
    try:
        page = client(given).ask("GET", f"/v1/models?{query(after=after, limit=limit)}")
    except ClientError as error:
        exits.could_not(str(error))
    if asking.answered(page, output):
        return
    rows = [(model["name"], model["newest"], model["at"][:19]) for model in page["models"]]
    asking.show_table(("model", "newest version", "registered at"), rows)
    if page["next_after"]:
        click.echo(f"next page: --after {page['next_after']}")


@models.command(epilog="Exit codes: 0 answered, 3 not found or not answered.")
@asking.MODEL
@asking.OUTPUT
@asks_as_job
def show(model: str, output: str, **given: Any) -> None:  # noqa: ANN401 - options by name
    """Show which version is on each stage, and which each alias names."""
    try:
        found = client(given).ask("GET", asking.of_model(model))
    except ClientError as error:
        exits.could_not(str(error))
    if not asking.answered(found, output):
        asking.show_moves(found["stages"] + found["aliases"])


@models.command(epilog="Exit codes: 0 pointed, 3 refused or not answered.")
@asking.MODEL
@click.argument("name")
@click.argument("version")
@click.option("--note", default="", help="Why, for people.")
@asking.OUTPUT
@asks_as_job
def alias(model: str, name: str, version: str, note: str, output: str, **given: Any) -> None:  # noqa: ANN401 - options by name, one argument an option
    """Let the alias NAME name VERSION. An alias allows nothing; only promotion does.

    \b
    countersign models alias acme/scorer champion 1.4.0
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    content = json.dumps({"version": version, "note": note}).encode()
    try:
        moved = client(given).ask("PUT", asking.of_model(model, "aliases", name), content)
    except ClientError as error:
        exits.could_not(str(error))
    if not asking.answered(moved, output):
        click.echo(f"{name} of {model}: {moved.get('previous', '-')} -> {moved['version']}")


@models.command(epilog="Exit codes: 0 recorded, 3 refused or not answered.")
@asking.MODEL
@click.argument("stage")
@click.argument("check", type=click.Choice(["passed", "failed"]))
@click.option("--summary", required=True, help="What was looked at, and what was seen.")
@asking.OUTPUT
@asks_as_job
def verified(model: str, stage: str, check: str, summary: str, output: str, **given: Any) -> None:  # noqa: ANN401 - options by name, one argument an option
    """Record how the version that is on STAGE does there.

    \b
    countersign models verified acme/scorer staging passed --summary "canary: 2 h, no errors"
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    asked = {"check": check, "summary": summary}
    try:
        path = asking.of_model(model, "stages", stage, "verifications")
        made = client(given).post(path, asked)
    except ClientError as error:
        exits.could_not(str(error))
    if not asking.answered(made, output):
        click.echo(f"{made['check']}: {model} {made['version']} on {stage}")


@models.command(name="built-on", epilog="Exit codes: 0 answered, 3 not answered.")
@click.argument("base", metavar="ID[:REVISION]")
@click.option("--revision", help="Only what was made from this version or revision.")
@asking.OUTPUT
@asks_as_job
def built_on(base: str, revision: str | None, output: str, **given: Any) -> None:  # noqa: ANN401 - options by name
    """Tell which versions were made from the model ID, directly and further down.

    \b
    countersign models built-on meta-llama/Llama-3.1-8B
    countersign models built-on meta-llama/Llama-3.1-8B:0e9e39f
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    # As `versions register --base` takes it; an option that names another revision wins.
    base_id, _, named = base.partition(":")
    asked = query(base=base_id, revision=revision or named or None)
    try:
        found = client(given).ask("GET", f"/v1/lineage?{asked}")
    except ClientError as error:
        exits.could_not(str(error))
    if asking.answered(found, output):
        return
    show_edges(found["down"])
    if not found["is_whole"]:
        click.echo("and more, which was not followed")


def show_edges(edges: list[dict[str, Any]]) -> None:
    """Print what was made from what."""
    rows = [(edge["child"], edge.get("relation", "-"), edge["base"]) for edge in edges]
    asking.show_table(("version", "how", "made from"), rows)
