"""RECEIVE: moments in a body, to the second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.api.context import ports
from app.domain.approvals import moments
from app.domain.errors import InvalidSubmissionError


def period(asked: Mapping[str, Any]) -> tuple[int, int]:
    """Read `not_before` (now, if it is absent) and `expires_at`, in seconds.

    Raises InvalidSubmissionError with a pointer.
    """
    now = int(ports().clock.now().timestamp())
    start = _moment(asked, "not_before") if "not_before" in asked else now
    return start, _moment(asked, "expires_at")


def _moment(asked: Mapping[str, Any], name: str) -> int:
    try:
        return moments.seconds(asked[name])
    except ValueError as error:
        message = "expected an RFC 3339 time with its offset, in whole seconds"
        raise InvalidSubmissionError(f"{message}: {asked[name]!r}", pointer=f"/{name}") from error
