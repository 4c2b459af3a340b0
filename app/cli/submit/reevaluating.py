"""`countersign reevaluate`: ask again about what is live, from a schedule."""

from __future__ import annotations

from typing import Any

import click
from rich.console import Console

from app.cli import exits
from app.cli.client import Client, ClientError
from app.cli.github.asking import asks_as_job, client
from app.cli.log.asking import query
from app.cli.models import asking

_CHANGED = 1
_PIECE = 20
"""Decisions in one request, so that none takes long."""
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
        listed = _everything(client(given))
    except ClientError as error:
        exits.could_not(str(error))
    if not asking.answered({"reevaluated": listed}, output):
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


def _everything(gate: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: str | None = None
    with Console(stderr=True).status("deciding what is live again") as status:
        while True:
            asked = query(after=after, limit=_PIECE)
            page = gate.post(f"/v1/reevaluations?{asked}", {})
            found += page["reevaluated"]
            status.update(f"deciding what is live again: {len(found)} decided")
            after = page["next_after"]
            if after is None:
                return found
