"""How pages write outcomes, roles, digests, times and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from app.domain.entry import rfc3339

OUTCOMES = {"allow": "Allowed", "pending": "Pending", "deny": "Denied"}
VOTES = {"approve": "approved", "veto": "vetoed", "withdrawn": "took back an earlier vote"}
_SHORT = 12
_KIBI = 1024
_MANY = 10_000


def outcome(value: object) -> Markup:
    """Write an outcome as a badge; what is none of the three is shown as it is."""
    known = value if value in OUTCOMES else "unknown"
    text = OUTCOMES.get(str(value), value)
    return Markup('<span class="outcome outcome-{}">{}</span>').format(known, text)


def role(name: object) -> str:
    """Write the name of a role for people."""
    text = str(name).replace("_", " ")
    return text[:1].upper() + text[1:]


def digest(value: object) -> Markup:
    """Write a digest short, and whole on hover; it can be selected whole."""
    text = str(value).removeprefix("sha256:")
    short = text if len(text) <= _SHORT else text[:_SHORT] + "…"
    return Markup('<code class="digest" title="{}">{}</code>').format(text, short)


def time(at: int | str | None) -> Markup:
    """Write a time in UTC; a script then puts it into the reader's zone.

    Microseconds since the epoch, or RFC 3339 as the log writes it.
    """
    if at is None:
        return Markup('<span class="quiet">not known</span>')
    text = rfc3339(at) if isinstance(at, int) else at
    plain = text[:16].replace("T", " ") + " UTC"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(text, plain, plain)


def seconds(at: int) -> Markup:
    """Write a time of seconds since the epoch."""
    return time(datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


def size(count: int) -> str:
    """Write a number of bytes."""
    value, unit = float(count), "bytes"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if value < _KIBI:
            break
        value, unit = value / _KIBI, larger
    return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"


def number(value: object) -> str:
    """Write a number with the digits that people compare."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.4g}" if abs(value) < _MANY else f"{value:,.0f}"


def count(how_many: int, thing: str) -> str:
    """Write how many there are of a thing: 1 file, 2 files."""
    return f"{how_many:,} {thing}" if how_many == 1 else f"{how_many:,} {thing}s"


def flips(effect: Mapping[str, Any]) -> int:
    """Count the past decisions whose outcome a proposal would have changed."""
    return sum(flip["count"] for flip in effect.get("flips", []))


def needs(body: Mapping[str, Any]) -> str:
    """Say in a few words who has to do something."""
    who = dict.fromkeys(str(action.get("who")) for action in body.get("next_actions", []))
    return ", ".join(role(name) for name in who) or "nothing that the gate can name"


def glance(body: Mapping[str, Any]) -> str:
    """Say in one sentence where a release stands."""
    match body.get("outcome"):
        case "allow":
            return "It may be released: every check passed."
        case "pending":
            return f"It waits for: {needs(body)}."
        case "deny":
            broken = sum(reason.get("is_pending") is not True for reason in body["reasons"])
            return f"It may not be released: {count(broken, 'thing')} must change first."
        case _:
            return "What was decided cannot be read."
