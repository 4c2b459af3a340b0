"""RECEIVE: names in a path, parameters of a query, and what a caller saw before it writes."""

from __future__ import annotations

import re

from flask import request

from app.api.answers import DEFAULT_PAGE, LARGEST_PAGE
from app.api.log.numbers import number
from app.domain.errors import InvalidSubmissionError, NotFoundError, UnconditionalError
from app.domain.log import question
from app.domain.log.contention import Expected
from app.domain.release import ModelVersion

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]{0,127}")
_POINTER = re.compile(r"[a-z][a-z0-9_-]{0,40}")
_ETAG = re.compile(r'"(\d{1,15})"')


def model(namespace: str, name: str) -> str:
    """Give `namespace/name`. Raises NotFoundError for what no model is called."""
    return f"{_named(namespace, _NAME)}/{_named(name, _NAME)}"


def version(namespace: str, name: str, version: str) -> ModelVersion:
    """Give the version that a path or a body names. Raises NotFoundError likewise."""
    model(namespace, name)
    return ModelVersion(namespace, name, _named(version, _VERSION))


def pointer(name: str) -> str:
    """Give the name of a stage or an alias. Raises NotFoundError likewise."""
    return _named(name, _POINTER)


def expected() -> Expected | None:
    """Read what the caller saw: `If-Match: "<seq>"`, or `If-None-Match: *` for nothing.

    Raises InvalidSubmissionError for any other form (RFC 9110 section 13.1).
    """
    match, none_match = request.headers.get("If-Match"), request.headers.get("If-None-Match")
    if match is None and none_match is None:
        return None
    if match is None and none_match is not None and none_match.strip() == "*":
        return Expected(None)
    tag = _ETAG.fullmatch((match or "").strip())
    if tag is None or none_match is not None:
        message = 'expected If-Match with the ETag of an answer, such as "12", or If-None-Match: *'
        raise InvalidSubmissionError(message)
    return Expected(int(tag[1]))


def must_expect() -> Expected:
    """Read what the caller saw. Raises UnconditionalError if it does not say (RFC 6585)."""
    seen = expected()
    if seen is None:
        raise UnconditionalError("expected If-Match with the ETag of what this change rests on")
    return seen


def parameters(*names: str) -> dict[str, str]:
    """Read the query. Raises InvalidSubmissionError for a parameter of another name."""
    unknown = set(request.args) - set(names)
    if unknown:
        known = ", ".join(names) or "none"
        message = f"unknown query parameter {min(unknown)[:80]!r}: expected {known}"
        raise InvalidSubmissionError(message)
    return request.args.to_dict()


def limit(given: dict[str, str]) -> int:
    """Read `limit` of a query. Raises InvalidSubmissionError."""
    return number(given.get("limit", str(DEFAULT_PAGE)), "limit", LARGEST_PAGE, least=1)


def period(given: dict[str, str]) -> tuple[int | None, int | None]:
    """Read the parameters `from` and `to`. Raises InvalidSubmissionError."""
    since, until = moment(given, "from"), moment(given, "to")
    if since is not None and until is not None and since >= until:
        raise InvalidSubmissionError("from: expected a time before `to`")
    return since, until


def moment(given: dict[str, str], name: str) -> int | None:
    """Read a time of a query, in microseconds since the epoch. Raises InvalidSubmissionError."""
    return question.moment(given[name], name) if name in given else None


def _named(text: str, form: re.Pattern[str]) -> str:
    if not form.fullmatch(text):
        raise NotFoundError(f"nothing is called {text[:80]!r}: expected {form.pattern}")
    return text
