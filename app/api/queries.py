"""RECEIVE: a query that no two readers understand differently."""

from __future__ import annotations

from flask import request

from app.api.authn import PAGES
from app.domain.canonical import pointer
from app.domain.errors import InvalidSubmissionError


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
