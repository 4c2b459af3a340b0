"""Moments to the second, as people write them (RFC 3339) and as they are compared."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORM = "%Y-%m-%dT%H:%M:%SZ"


def seconds(text: str) -> int:
    """Read an RFC 3339 time, with its offset, as whole seconds since the epoch.

    Raises ValueError for another form, a time without an offset, one before the epoch, and
    parts of a second.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or "T" not in text:
        raise ValueError(f"expected an RFC 3339 time with its offset: {text!r}")
    since = moment - _EPOCH
    if since % timedelta(seconds=1) or since < timedelta(0):
        raise ValueError(f"expected whole seconds since 1970: {text!r}")
    return since // timedelta(seconds=1)


def rfc3339(moment: int) -> str:
    """Write seconds since the epoch as RFC 3339 in UTC."""
    return (_EPOCH + timedelta(seconds=moment)).strftime(_FORM)
