"""`countersign reevaluate`: ask again about what is live, from a schedule."""

from __future__ import annotations

from typing import Any

import click

from app.cli import exits
from app.cli.client import ClientError
from app.cli.github.asking import asks_as_job, client
from app.cli.models import asking

_CHANGED = 1
_EXITS = (
    "Exit codes: 0 every live version is allowed as before, 1 one is not, or there is no"
    " answer about it, 3 not answered."
)


@click.command(epilog=_EXITS)
@asking.OUTPUT
@asks_as_job
def reevaluate(output: str, **given: Any) -> None:  # noqa: ANN401 - options by name
    """Decide every version that is on a stage again, as it was submitted.

    Each decision is recorded. Run it from a schedule: evidence ages, approvals end, policies
    change, and what was allowed may be so no longer.

    \b
    17 4 * * *  countersign reevaluate --output json
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    try:
        found = client(given).post("/v1/reevaluations", {})
    except ClientError as error:
        exits.could_not(str(error))
    listed = found["reevaluated"]
    if not asking.answered(found, output):
        rows = [
            (
                one["model"],
                one["version"],
                one["stage"],
                f"{one['before']} -> {one['now'] or 'no answer'}",
                one["why"],
            )
            for one in listed
        ]
        asking.show_table(("model", "version", "stage", "decision", "why"), rows)
    if any(one["now"] != "allow" for one in listed):
        raise SystemExit(_CHANGED)
