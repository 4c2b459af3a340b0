"""What is to be approved, and what waits, as people read it in a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

_COLOURS = {"allow": "green", "pending": "yellow", "deny": "red"}


def seating(console: Console, release: str, body: Mapping[str, Any]) -> None:
    """Print the digests that a vote is given on, and who fills which seat."""
    outcome = body["outcome"]
    heading = Text(f"{outcome.upper():10}", style=f"bold {_COLOURS[outcome]}")
    heading.append(f"for {body['stage']} ({body['risk_tier']} risk)", style="default")
    console.print(heading)
    grid = _grid()
    grid.add_row("release", release)
    for name, digest in sorted(body["components"].items()):
        grid.add_row(name, digest)
    console.print(grid)
    for seat in body["seats"]:
        people = ", ".join(_person(person) for person in seat["people"]) or "nobody yet"
        taken = f"{len(seat['people'])} of {seat['required']}"
        console.print(Text(f"{'':10}{seat['role']}: {taken}, {people}"), soft_wrap=True)
    if body["vetoed_by"]:
        console.print(Text(f"{'':10}vetoed by {', '.join(body['vetoed_by'])}", style="red"))
    for one in body["set_aside"]:
        console.print(Text(f"{'':10}{aside(one)}", style="dim"), soft_wrap=True)


def inbox(console: Console, body: Mapping[str, Any]) -> None:
    """Print what waits: releases with the seats that could be filled, waivers to approve."""
    for one in body["releases"]:
        heading = Text(f"{'approve':10}", style="bold yellow")
        heading.append(f"{one['model']} {one['version']} for {one['stage']}", style="default")
        heading.append(f" ({one['risk_tier']} risk)")
        console.print(heading, soft_wrap=True)
        console.print(Text(f"{'':10}{one['release_digest']}"), soft_wrap=True)
        roles = ", ".join(one["roles"])
        instead = f", in the place of {', '.join(one['instead_of'])}" if one["instead_of"] else ""
        console.print(Text(f"{'':10}as {roles}{instead}", style="dim"), soft_wrap=True)
        for earlier in one["set_aside"]:
            console.print(Text(f"{'':10}{aside(earlier)}", style="dim"), soft_wrap=True)
    for one in body["waivers"]:
        heading = Text(f"{'waiver':10}", style="bold yellow")
        heading.append(f"{', '.join(one['codes'])} for {one['model']} on {one['stage']}")
        console.print(heading, soft_wrap=True)
        said = f"{one['waiver_id']}, asked by {one['requested_by']}: {one['reason']}"
        console.print(Text(f"{'':10}{said}", style="dim"), soft_wrap=True)
    for one in body["reviews"]:
        heading = Text(f"{'review':10}", style="bold red")
        heading.append(f"{one['model']} {one['version']} on {one['stage']}", style="default")
        console.print(heading, soft_wrap=True)
        said = f"{one['glass_id']}, broken by {one['opened_by']}: {one['reason']}"
        console.print(Text(f"{'':10}{said}", style="dim"), soft_wrap=True)
    if not body["releases"] and not body["waivers"] and not body["reviews"]:
        console.print("nothing waits for you")
    if not body["is_complete"]:
        console.print("there is more: only the newest decisions were looked through")


def aside(one: Mapping[str, Any]) -> str:
    """Say why an approval does not count."""
    what = f" ({', '.join(one['what'])})" if one["what"] else ""
    why = one["why"].replace("_", " ")
    return f"the approval of {one['subject']} as {one['role']} does not count: {why}{what}"


def _person(person: Mapping[str, Any]) -> str:
    instead = person.get("instead_of")
    return f"{person['subject']} for {instead}" if instead else str(person["subject"])


def _grid() -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), show_header=False)
    table.add_column(width=12, justify="right", style="dim")
    table.add_column(overflow="fold")
    return table
