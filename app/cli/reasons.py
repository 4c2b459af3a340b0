"""A decision as people read it in a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

_COLOURS = {"allow": "green", "pending": "yellow", "deny": "red"}


def show(console: Console, body: Mapping[str, Any]) -> None:
    """Print the outcome, the reasons as a table, and who can do what next."""
    outcome, release = body["outcome"], body["release"]
    model = release["model"]
    name = f"{model['namespace']}/{model['name']} {model['version']}"
    heading = Text(f"{outcome.upper():8}", style=f"bold {_COLOURS[outcome]}")
    heading.append(f"{name} for {release['stage']} ({release['risk_tier']} risk)", style="default")
    console.print(heading)
    console.print(Text(f"        {_place(body)}", style="dim"))
    if body["reasons"]:
        console.print(_table(body["reasons"]))
        listed = len(body["reasons"])
        if body["reasons_total"] > listed:
            console.print(f"  and {body['reasons_total'] - listed} more reasons")
        for action in body["next_actions"]:
            line = Text("  next: ", style="dim")
            line.append(action["who"], style="bold")
            line.append(f": {action['how']}", style="default")
            console.print(line)


def _table(reasons: list[Mapping[str, Any]]) -> Table:
    table = Table(show_header=True, header_style="dim", box=None, padding=(0, 1), expand=False)
    table.add_column("")
    table.add_column("reason", overflow="fold")
    table.add_column("what is wrong", overflow="fold", ratio=2)
    for reason in reasons:
        mark = Text("?", "yellow") if reason["is_pending"] else Text("x", "red")
        table.add_row(mark, Text(reason["code"]), _what(reason))
    return table


def _what(reason: Mapping[str, Any]) -> Text:
    text = Text(reason["message"])
    if "observed" in reason or "required" in reason:
        observed, required = reason.get("observed", "nothing"), reason.get("required", "?")
        text.append(f"\nis {observed}, must be {required}", style="dim")
    return text


def _place(body: Mapping[str, Any]) -> str:
    revision = f"policy {body['policy']['revision'][:12]} by {body['engine']['name']}"
    if body.get("is_rehearsal"):
        return f"rehearsal, recorded nowhere; {revision}"
    return f"decision {body['decision_id']}; {revision}"
