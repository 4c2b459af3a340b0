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
    said = "allow, by waiver" if body.get("allowed_by_waiver") else outcome
    said = "allow, glass broken" if body.get("allowed_by_break_glass") else said
    heading = Text(f"{said.upper():9} ", style=f"bold {_COLOURS[outcome]}")
    heading.append(f"{name} for {release['stage']} ({release['risk_tier']} risk)", style="default")
    console.print(heading)
    if points := body.get("points"):
        said = ", ".join(f"{point} {points[point]}" for point in points)
        console.print(Text(f"{'points':>9} {said}"), soft_wrap=True)
    for line in _places(body):
        console.print(Text(f"{'':10}{line}", style="dim"), soft_wrap=True)
    for one in body.get("waived", ()):
        waivers = ", ".join(one["waivers"])
        console.print(Text(f"{'waived':>9} {one['code']} by {waivers}", style="yellow"))
    for one in body.get("broken_glass", ()):
        emergencies = ", ".join(one["break_glass"])
        console.print(Text(f"{'broken':>9} {one['code']} by {emergencies}", style="red"))
    for one in body.get("ignored_waivers", ()):
        said = f"{'ignored':>9} waiver {one['waiver_id']}: {one['why']}"
        console.print(Text(said, style="dim"), soft_wrap=True)
    if body["reasons"]:
        console.print(_table(body["reasons"]))
        more = body["reasons_total"] - len(body["reasons"])
        if more:
            console.print(f"{'':10}and {more} more reasons")
        console.print(_next(body["next_actions"]))


def _table(reasons: list[Mapping[str, Any]]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), show_header=False)
    table.add_column(width=9, justify="right")
    table.add_column(overflow="fold")
    for reason in reasons:
        mark = Text("waits", "yellow") if reason["is_pending"] else Text("wrong", "red")
        what = Text(reason["code"], style="bold")
        if points := reason.get("points"):
            what.append(f" at {', '.join(points)}", style="not bold dim")
        what.append(f"\n{_what(reason)}", style="not bold")
        table.add_row(mark, what)
    return table


def _next(actions: list[Mapping[str, Any]]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), show_header=False)
    table.add_column(width=9, justify="right")
    table.add_column(overflow="fold")
    for action in actions:
        how = Text(action["who"], style="bold")
        how.append(f": {action['how']}", style="not bold")
        table.add_row(Text("next", "dim"), how)
    return table


def _what(reason: Mapping[str, Any]) -> str:
    # Most messages say what was observed, if in fewer digits; those that do not get it here.
    message: str = reason["message"]
    if _brief(reason.get("observed", "")) in message:
        return message
    observed, required = reason.get("observed", "nothing"), reason.get("required", "something")
    return f"{message}: is {observed}, must be {required}"


def _brief(observed: str) -> str:
    whole, point, decimals = observed.partition(".")
    is_number = whole.lstrip("-").isdecimal() and decimals.isdecimal()
    return f"{whole}{point}{decimals[:4]}" if is_number else observed


def _places(body: Mapping[str, Any]) -> list[str]:
    revision = body["policy"]["revision"].removeprefix("sha256:")[:12]
    engine = f"policy {revision}, evaluated by {body['engine']['name']}"
    if body.get("is_rehearsal"):
        where = f" at the point {body['point']}" if "point" in body else ""
        return [f"rehearsal{where}, recorded nowhere", engine]
    return [f"decision {body['decision_id']}", engine]
