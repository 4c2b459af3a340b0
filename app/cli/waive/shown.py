"""A waiver as people read it in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click


def line(waiver: Mapping[str, Any]) -> str:
    """Say what a waiver is about, and where it stands."""
    what = f"{', '.join(waiver['codes'])} for {waiver['model']} on {waiver['stage']}"
    release = waiver.get("release_digest")
    scope = f" (release {release[:12]})" if release else " (every release)"
    who = f"asked by {waiver['requested_by']}"
    if "approved_by" in waiver:
        who += f", approved by {waiver['approved_by']} as {waiver['approved_as']}"
    if "revoked_by" in waiver:
        who += f", revoked by {waiver['revoked_by']}"
    until = f"{waiver['not_before']} to {waiver['expires_at']}"
    heading = f"{waiver['state'].upper():10}{waiver['waiver_id']}"
    return f"{heading}\n{'':10}{what}{scope}\n{'':10}{until}, {who}\n{'':10}{waiver['reason']}"


def report(found: Mapping[str, Any]) -> None:
    """Print a report, one part after the other."""
    parts = (
        ("unused", "never used"),
        ("untold", "not used by any decision here; those in archives may have"),
        ("expiring", "over within 14 days"),
    )
    for part, heading in parts:
        for waiver in found[part]:
            click.echo(f"{heading}:")
            click.echo(line(waiver))
    for one in found["renewed"]:
        times = len(one["waivers"])
        click.echo(f"waived {times} times: {one['code']} for {one['model']} on {one['stage']}")
    for one in found["ignored"]:
        click.echo(f"covers nothing: {one['waiver_id']}: {one['why']}")
    if not any(found.values()):
        click.echo("nothing to look at")
