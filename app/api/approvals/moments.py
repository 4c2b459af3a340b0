"""RECEIVE: moments in a body, to the second; and the model that a list is narrowed to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import request

from app.api.context import ports
from app.domain.approvals import moments
from app.domain.errors import InvalidSubmissionError

_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}"
_MODEL = re.compile(f"{_NAME}/{_NAME}")


def model() -> str | None:
    """Read the query parameter `model`, and no other. Raises InvalidSubmissionError."""
    unknown = set(request.args) - {"model"}
    if unknown:
        raise InvalidSubmissionError(f"unknown query parameter {min(unknown)[:80]!r}")
    named = request.args.get("model")
    if named is not None and not _MODEL.fullmatch(named):
        raise InvalidSubmissionError(f"model: expected NAMESPACE/NAME, not {named[:80]!r}")
    return named


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
