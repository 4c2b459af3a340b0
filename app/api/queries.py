"""RECEIVE: a query that no two readers understand differently, and the model that it names."""

from __future__ import annotations

import re

from flask import request

from app.api.authn import PAGES
from app.domain.canonical import pointer
from app.domain.errors import InvalidSubmissionError

_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}"
_MODEL = re.compile(f"{_NAME}/{_NAME}")


def must_be_plain() -> None:
    """Raise InvalidSubmissionError for a parameter given twice, and for one that holds U+0000.

    Of two values one reader takes the first and another the last; no database keeps U+0000.
    """
    if PAGES in request.blueprints:
        return
    for name, values in request.args.lists():
        if len(values) > 1:
            at = pointer(name[:40])
            raise InvalidSubmissionError(f"{name[:40]}: given more than once", pointer=at)
        if "\x00" in name + values[0]:
            raise InvalidSubmissionError(f"{name[:40]!r}: text holds U+0000")


def model() -> str | None:
    """Read the parameter `model`, and no other. Raises InvalidSubmissionError."""
    unknown = set(request.args) - {"model"}
    if unknown:
        raise InvalidSubmissionError(f"unknown query parameter {min(unknown)[:80]!r}")
    named = request.args.get("model")
    if named is not None and not _MODEL.fullmatch(named):
        raise InvalidSubmissionError(f"model: expected NAMESPACE/NAME, not {named[:80]!r}")
    return named
