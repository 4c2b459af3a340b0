"""A waiver as people read it in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


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
