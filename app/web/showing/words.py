"""How pages write outcomes, roles, digests, times and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from app.domain.entry import rfc3339

OUTCOMES = {"allow": "Allowed", "pending": "Pending", "deny": "Denied"}
VOTES = {
    "approve": "approved",
    "veto": "vetoed",
    "withdrawn": "took back an earlier vote",
    "comment": "commented",
}
POINTS = {
    "ci": "in a pipeline",
    "promotion": "to be promoted",
    "admission": "to be let in by deployers",
    "audit": "while it is live",
}
"""Where the word of the gate is used (ADR 0070), for people."""
SET_ASIDE = {
    "foreign": "it was given for another model, version or stage",
    "outdated": "what the role judges has changed since",
    "expired": "it is too old",
    "incomplete": "it was given before all that the role needs was there",
    "excluded": "of somebody who had a part in the release",
    "not_needed": "another vote fills the seat",
    "unsigned": "it is not signed as the role has to",
}
"""Why an approval fills no seat (domain/approvals/standing.py), for people."""
_SEATED = re.compile(r"(?<= more )[a-z_]+(?= must agree$)")
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


def code(name: object) -> Markup:
    """Write the code of a reason, which may break behind its dot and nowhere else."""
    check, dot, rest = str(name).partition(".")
    return Markup("{}{}<wbr>{}").format(check, dot, rest) if dot else Markup("{}").format(check)


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


def person(name: object) -> Markup:
    """Write who somebody is, which may break before its @ and nowhere else."""
    before, at, rest = str(name).partition("@")
    return Markup("{}<wbr>{}").format(before, at + rest) if at else Markup("{}").format(before)


def set_aside(why: object) -> str:
    """Say why an approval fills no seat."""
    return SET_ASIDE.get(str(why), role(why).lower())


def obstacle(text: str) -> str:
    """Say what keeps a proposal from being activated, with the roles as people write them."""
    return _SEATED.sub(lambda found: found[0].replace("_", " "), text)


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


def decisions(how_many: float) -> str:
    """Write how many decisions there are."""
    return count(int(how_many), "decision")


def lasting(seconds_: float) -> str:
    """Write how long something took, in the largest unit of which there is at least one."""
    for length, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds_ >= length:
            in_units = round(seconds_ / length, 1)
            return f"{in_units:g} {unit}" if in_units == 1 else f"{in_units:g} {unit}s"
    return "less than a minute"


def flips(effect: Mapping[str, Any]) -> int:
    """Count the past decisions whose outcome a proposal would have changed."""
    return sum(flip["count"] for flip in effect.get("flips", []))


def needs(body: Mapping[str, Any]) -> str:
    """Say in a few words who has to do something."""
    who = dict.fromkeys(str(action.get("who")) for action in body.get("next_actions", []))
    return ", ".join(role(name) for name in who) or "nothing that the gate can name"


def each_need(body: Mapping[str, Any]) -> list[str]:
    """Say in a line for each role what it has to do."""
    return other_needs(body, ())


def _plain(codes: Iterable[str]) -> str:
    return ", ".join(code.replace(".", " ").replace("_", " ") for code in sorted(codes))


def other_needs(body: Mapping[str, Any], roles: Sequence[str]) -> list[str]:
    """Say in a line for each role but these what it has to do."""
    lines = []
    for who in dict.fromkeys(str(action.get("who")) for action in body.get("next_actions", [])):
        if who in roles:
            continue
        codes = {
            code
            for action in body["next_actions"]
            if str(action.get("who")) == who
            for code in action.get("codes", [])
        }
        is_seat = codes == {"approvals.seat_open"}
        lines.append(f"{role(who)}: " + ("an approval" if is_seat else _plain(codes)))
    return lines


def points(body: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """List the points of a decision with a word for people and the outcome at each.

    Empty where the outcome is the same at all of them, as the record then says nothing else.
    """
    stated = body.get("points", {})
    return [(name, said, str(stated[name])) for name, said in POINTS.items() if name in stated]


def glance(body: Mapping[str, Any]) -> str:
    """Say in one sentence where a release stands."""
    match body.get("outcome"):
        case "allow":
            return f"It may be released: {_why_allowed(body)}."
        case "pending":
            return f"It waits for: {needs(body)}."
        case "deny":
            broken = sum(reason.get("is_pending") is not True for reason in body["reasons"])
            said = f"It may not be released: {count(broken, 'thing')} must change first."
            allowed = [name for name, _, at_point in points(body) if at_point == "allow"]
            return f"{said} For {' and '.join(allowed)} it is allowed." if allowed else said
        case _:
            return "What was decided cannot be read."


def _why_allowed(body: Mapping[str, Any]) -> str:
    if body.get("allowed_by_break_glass"):
        return "in an emergency, somebody broke the glass"
    if body.get("allowed_by_waiver"):
        return "what objects is waived"
    return "every check passed"
