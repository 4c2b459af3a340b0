"""Reasons as a page shows them: what is wrong, against what, and who can mend it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from app.domain.decision import Point, Reason
from app.web.showing import scale


@dataclass(frozen=True, slots=True)
class Shown:
    """One reason."""

    code: str
    message: str
    is_pending: bool
    who: str
    how: str
    points: list[str]
    """The only points where it objects; empty where it objects at all (ADR 0070)."""
    observed: str | None
    required: str | None
    picture: Markup | None


def reasons(listed: Sequence[Mapping[str, Any]], document: object) -> list[Shown]:
    """Show recorded reasons; `document` is the policy input that they point into."""
    return [_shown(reason, document) for reason in listed]


def of(reason: Reason) -> Shown:
    """Show a reason that is not recorded yet."""
    drawn = scale.scale(reason.observed, reason.required, None)
    return Shown(
        code=reason.code,
        message=reason.message,
        is_pending=reason.is_pending,
        who=reason.who,
        how=reason.how,
        points=[] if reason.points == tuple(Point) else [point.value for point in reason.points],
        observed=reason.observed,
        required=reason.required,
        picture=None if drawn is None else scale.draw(drawn),
    )


def pointed_at(document: object, pointer: str) -> object:
    """Follow a JSON Pointer (RFC 6901); None where it leads nowhere."""
    here: Any = document
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(here, Mapping):
            here = here.get(name)
        elif isinstance(here, list) and name.isascii() and name.isdigit() and int(name) < len(here):
            here = here[int(name)]
        else:
            return None
    return here


def _shown(reason: Mapping[str, Any], document: object) -> Shown:
    fix = reason.get("fix", {})
    observed, required = reason.get("observed"), reason.get("required")
    found = pointed_at(document, str(reason.get("at", "")))
    drawn = scale.scale(observed, required, found if isinstance(found, Mapping) else None)
    return Shown(
        code=str(reason.get("code", "")),
        message=str(reason.get("message", "")),
        is_pending=reason.get("is_pending") is True,
        who=str(fix.get("who", "")),
        how=str(fix.get("how", "")),
        points=[str(point) for point in reason.get("points", [])],
        observed=observed,
        required=required,
        picture=None if drawn is None else scale.draw(drawn),
    )
