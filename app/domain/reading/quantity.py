"""A number as a file gives it: what it is worth, and what is odd about it."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass

from app.domain.canonical import LARGEST_EXACT_INTEGER, Unfit
from app.domain.evidence import ResultStatus

_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_TEXT_NUMBER = re.compile(
    rf"(?P<value>{_NUMBER}|[+-]?(?:nan|inf(?:inity)?))"
    rf"(?:\s*(?:\+/-|±)\s*(?:{_NUMBER}|nan|inf))?\s*(?P<percent>%)?",
    re.IGNORECASE,
)
_LONGEST_NUMBER = 120
_NOT_GIVEN = frozenset({"", "n/a", "na", "none", "null", "-", "unknown"})


@dataclass(frozen=True, slots=True)
class Quantity:
    """A raw value, read: finite, or the reason why it is not a number."""

    status: ResultStatus
    value: float | None
    native: float | str | None
    is_percent: bool = False
    codes: tuple[str, ...] = ()


def quantity(raw: object) -> Quantity:
    """Read a raw value: a number, a number in text, or neither. Nothing is guessed."""
    if isinstance(raw, list) and len(raw) == 1:
        return quantity(raw[0])
    if isinstance(raw, (bool, list, dict, tuple)):
        return Quantity(ResultStatus.NOT_NUMERIC, None, text(str(raw)), codes=("NOT_NUMERIC",))
    if isinstance(raw, Unfit):
        return Quantity(ResultStatus.NOT_FINITE, None, raw.text, codes=("NAN_VALUE",))
    if isinstance(raw, (int, float)):
        return _of_number(float(raw))
    if isinstance(raw, str):
        return _of_text(raw.strip())
    return Quantity(ResultStatus.MISSING, None, None, codes=("VALUE_MISSING",))


def count(raw: object) -> int | None:
    """Read a count: a whole number that is not negative (30 or 30.0), else None.

    Nothing counts further than a double can: such a number is no count.
    """
    if isinstance(raw, bool) or not isinstance(raw, (int, float)):
        return None
    if not math.isfinite(raw) or not 0 <= raw <= LARGEST_EXACT_INTEGER or raw != int(raw):
        return None
    return int(raw)


def text(raw: object, longest: int = 300) -> str | None:
    """Take text out of evidence: trimmed, on one line, printable, of bounded length.

    Control and format characters (line breaks, bidirectional overrides) and unpaired
    surrogates become spaces: what is shown to people is what was written. None when
    nothing is left, or when it is no text.
    """
    if not isinstance(raw, str):
        return None
    return " ".join(printable(raw[: longest * 4]).split())[:longest].strip() or None


def printable(raw: str) -> str:
    """Put a space for every control, format and surrogate character."""
    if raw.isprintable():
        return raw
    return "".join(" " if unicodedata.category(c)[0] == "C" else c for c in raw)


def _of_number(value: float) -> Quantity:
    if not math.isfinite(value):
        return Quantity(ResultStatus.NOT_FINITE, None, str(value), codes=("NAN_VALUE",))
    return Quantity(ResultStatus.OK, value, value)


def _of_text(raw: str) -> Quantity:
    native = text(raw)
    if raw.lower() in _NOT_GIVEN:
        return Quantity(ResultStatus.MISSING, None, native, codes=("VALUE_MISSING",))
    found = _TEXT_NUMBER.fullmatch(raw) if len(raw) <= _LONGEST_NUMBER else None
    if found is None:
        return Quantity(ResultStatus.NOT_NUMERIC, None, native, codes=("NOT_NUMERIC",))
    codes = ["STRING_VALUE"]
    if "+/-" in raw or "±" in raw:
        codes.append("PLUS_MINUS_PARSED")
    value = float(found["value"])
    if not math.isfinite(value):
        return Quantity(ResultStatus.NOT_FINITE, None, native, codes=(*codes, "NAN_VALUE"))
    is_percent = found["percent"] is not None
    return Quantity(ResultStatus.OK, value, native, is_percent, tuple(codes))
