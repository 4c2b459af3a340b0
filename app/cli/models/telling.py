"""`countersign history`: which version was on a stage when, and what was promoted."""

from __future__ import annotations

from typing import Any

import click

from app.cli import exits
from app.cli.client import ClientError
from app.cli.github.asking import asks_as_job, client
from app.cli.log.asking import query
from app.cli.models import asking


@click.command(epilog="Exit codes: 0 answered, 3 nothing there or not answered.")
@click.argument("model", metavar="[NAMESPACE/NAME]", required=False)
@click.argument("stage", required=False)
@click.option("--at", help="Which version was there at this time, such as 2026-01-31T12:00Z.")
@click.option("--from", "since", help="What was promoted from this time on.")
@click.option("--to", "until", help="What was promoted before this time.")
@click.option("--alias", help="The moves of this alias of the model, in place of a stage's.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True)
@asking.OUTPUT
@asks_as_job
def history(  # noqa: PLR0913, PLR0917 - one argument an option
    model: str | None,
    stage: str | None,
    at: str | None,
    since: str | None,
    until: str | None,
    alias: str | None,
    limit: int,
    output: str,
    **given: Any,  # noqa: ANN401 - options by name
) -> None:
    """Tell what was promoted and rolled back, and which version was on a stage.

    \b
    countersign history acme/scorer production
    countersign history acme/scorer production --at 2026-01-31T12:00:00Z
    countersign history acme/scorer --alias champion
    countersign history --from 2026-01-01 --to 2026-02-01
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    if alias and (model is None or stage or since or until):
        raise click.UsageError("an alias is of one model: NAMESPACE/NAME --alias NAME")
    if at is not None and (model is None or not (stage or alias) or since or until):
        raise click.UsageError("--at is asked of one stage: NAMESPACE/NAME STAGE --at TIME")
    if model is not None:
        asking.of_model(model)  # refuses what names no model, where none would be found
    try:
        found = client(given).ask("GET", _asked(model, stage, alias, at, since, until, limit))
    except ClientError as error:
        exits.could_not(str(error))
    moves = [found] if at is not None else found["pointers"]
    if not asking.answered(found, output):
        asking.show_moves(moves)


def _asked(  # noqa: PLR0913, PLR0917 - likewise
    model: str | None,
    stage: str | None,
    alias: str | None,
    at: str | None,
    since: str | None,
    until: str | None,
    limit: int,
) -> str:
    pointed = ("aliases", alias) if alias else ("stages", stage or "")
    if model is not None and at is not None:
        return f"{asking.of_model(model, *pointed)}?{query(at=at)}"
    if model is not None and alias:
        return asking.of_model(model, *pointed, "history")
    asked = {"from": since, "to": until, "model": model, "stage": stage, "limit": limit}
    return f"/v1/promotions?{query(**asked)}"
