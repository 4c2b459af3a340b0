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
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True)
@asking.OUTPUT
@asks_as_job
def history(  # noqa: PLR0913, PLR0917 - one argument an option
    model: str | None,
    stage: str | None,
    at: str | None,
    since: str | None,
    until: str | None,
    limit: int,
    output: str,
    **given: Any,  # noqa: ANN401 - options by name
) -> None:
    """Tell what was promoted and rolled back, and which version was on a stage.

    \b
    countersign history acme/scorer production
    countersign history acme/scorer production --at 2026-01-31T12:00:00Z
    countersign history --from 2026-01-01 --to 2026-02-01
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    if at is not None and (model is None or stage is None or since or until):
        raise click.UsageError("--at is asked of one stage: NAMESPACE/NAME STAGE --at TIME")
    try:
        gate = client(given)
        if at is not None and model is not None and stage is not None:
            path = asking.of_model(model, "stages", stage)
            found = gate.ask("GET", f"{path}?{query(at=at)}")
            moves = [found]
        else:
            asked = {"from": since, "to": until, "model": model, "stage": stage, "limit": limit}
            found = gate.ask("GET", f"/v1/promotions?{query(**asked)}")
            moves = found["pointers"]
    except ClientError as error:
        exits.could_not(str(error))
    if not asking.answered(found, output):
        asking.show_moves(moves)
