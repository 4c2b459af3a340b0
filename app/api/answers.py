"""ANSWER: documents, entries and pages as JSON; cursors that a caller cannot read anything into."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, request

from app.domain.canonical import canonical_json
from app.domain.entry import Entry
from app.domain.errors import InvalidSubmissionError
from app.gate.submissions import reconsider
from app.gate.submissions.acts import Act
from app.ports import Log

LARGEST_PAGE = 200
DEFAULT_PAGE = 50


def document(members: Mapping[str, Any], status: int = 200) -> Response:
    """Answer with a JSON document."""
    return Response(canonical_json(members), status=status, mimetype="application/json")


def recorded(entry: Entry, status: int = 200) -> Response:
    """Answer with the very bytes that stand in the log."""
    return Response(entry.body, status=status, mimetype="application/json")


def acted(act: Act, log: Log) -> Response:
    """Answer with what was recorded, and with what became of the releases that it counts for."""
    return document({**bodies([act.entry], log)[0], "again": reconsider.written(act.again)}, 201)


def body(entry: Entry) -> Any:  # noqa: ANN401 - the recorded JSON object
    """Read an entry's recorded document."""
    return json.loads(entry.body)


def bodies(entries: Sequence[Entry], log: Log) -> list[Any]:
    """Read recorded documents, each with the personal texts that were not erased."""
    texts = log.personal([entry.seq for entry in entries])
    return [
        {**body(entry), **{one.name: one.text for one in texts.get(entry.seq, ())}}
        for entry in entries
    ]


def cursor(next_before: int | None) -> str | None:
    """Write the cursor of the next page; None at the end."""
    if next_before is None:
        return None
    return base64.urlsafe_b64encode(f"before:{next_before}".encode()).decode().rstrip("=")


def page_asked_for() -> tuple[int | None, int]:
    """Read `cursor` and `limit` from the query. Raises InvalidSubmissionError for any other."""
    unknown = set(request.args) - {"cursor", "limit"}
    if unknown:
        name = min(unknown)[:80]
        raise InvalidSubmissionError(f"unknown query parameter {name!r}: expected cursor, limit")
    text = request.args.get("limit", str(DEFAULT_PAGE))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= LARGEST_PAGE:
        raise InvalidSubmissionError(f"limit: expected a number from 1 to {LARGEST_PAGE}")
    given = request.args.get("cursor")
    return (None if given is None else _before(given)), int(text)


def _before(given: str) -> int:
    try:
        padded = given + "=" * (-len(given) % 4)
        text = base64.urlsafe_b64decode(padded.encode("ascii")).decode("ascii")
    except (binascii.Error, UnicodeError) as error:
        raise InvalidSubmissionError("cursor: expected next_cursor of a page") from error
    name, _, number = text.partition(":")
    if name != "before" or not number.isdigit() or len(number) > len(str(2**53)):
        raise InvalidSubmissionError("cursor: expected next_cursor of a page")
    return int(number)
