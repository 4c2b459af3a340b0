"""Parts of untrusted JSON: what is not of the expected shape reads as absent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

LATEST = 253_402_300_799
"""31 December 9999: a time after it is none."""


def mapping(raw: object) -> Mapping[str, Any]:
    """Take a mapping, or an empty one."""
    return raw if isinstance(raw, dict) else {}


def members(raw: object) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Take the mappings of a list, each with its place; other members are passed over."""
    if isinstance(raw, list):
        for index, member in enumerate(raw):
            if isinstance(member, dict):
                yield index, member


def epoch(raw: object) -> int | None:
    """Read a time: ISO 8601 text (UTC unless it says otherwise) or seconds since the epoch."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, (int, float)):
        return int(raw) if 0 <= raw <= LATEST else None
    if not isinstance(raw, str) or not 10 <= len(raw) <= 40:  # noqa: PLR2004 - lengths of dates
        return None
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds = moment.timestamp()
    return int(seconds) if seconds >= 0 else None


def numbers(raw: object) -> list[float]:
    """Take the numbers of a list; what is no finite number is passed over."""
    listed = raw if isinstance(raw, list) else []
    return [float(n) for n in listed if isinstance(n, (int, float)) and not isinstance(n, bool)]
