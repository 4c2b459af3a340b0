"""Numbers as a query states them."""

from __future__ import annotations

from app.domain.errors import InvalidSubmissionError

LARGEST = 2**53 - 1


def number(text: str, name: str, most: int = LARGEST, least: int = 0) -> int:
    """Read a number of the query. Raises InvalidSubmissionError."""
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST))
    if not is_number or not least <= int(text) <= most:
        raise InvalidSubmissionError(f"{name}: expected a number from {least} to {most}")
    return int(text)
