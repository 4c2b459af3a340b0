"""The fields of a protobuf message written as JSON, read strictly.

A field that is null counts as absent, as in protobuf. A field that is not known, base64
with anything else in it, and a number outside 64 bits are refused: each would let two
bundles that look different be one, or one that looks whole be less.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from app.adapters.signatures.bundles.refusal import RefusalError

_URL_SAFE = str.maketrans("-_", "+/")
_LARGEST = 2**63 - 1


class Fields:
    """One JSON object of a bundle; `at` says where it stands."""

    def __init__(self, value: object, at: str, known: frozenset[str]) -> None:
        """Take an object with none but the known members. Raises RefusalError."""
        if not isinstance(value, dict):
            raise malformed(at, "is not an object")
        unknown = sorted(set(value) - known)
        if unknown:
            raise malformed(at, f"has the unknown member {unknown[0][:80]!r}")
        self._value: Mapping[str, Any] = value
        self._at = at

    def has(self, name: str) -> bool:
        """Tell whether a member is there and not null."""
        return self._value.get(name) is not None

    def text(self, name: str) -> str:
        """Read a text."""
        found = self._value.get(name)
        if not isinstance(found, str):
            raise malformed(self.at(name), "is not a text")
        return found

    def octets(self, name: str) -> bytes:
        """Read bytes, which are never empty in a bundle."""
        return octets(self._value.get(name), self.at(name))

    def number(self, name: str) -> int:
        """Read a number that is not negative: as text, or as a JSON integer."""
        found = self._value.get(name)
        if isinstance(found, str) and found.isascii() and found.isdigit():
            found = int(found) if len(found) <= len(str(_LARGEST)) else None
        if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= _LARGEST:
            raise malformed(self.at(name), "is not a number of 63 bits")
        return found

    def items(self, name: str) -> list[Any]:
        """Read a list; absent is empty, as in protobuf."""
        found = self._value.get(name)
        if found is None:
            return []
        if not isinstance(found, list):
            raise malformed(self.at(name), "is not a list")
        return found

    def member(self, name: str, known: str) -> Fields:
        """Read an object whose known members are listed, parted by spaces."""
        return Fields(self._value.get(name), self.at(name), frozenset(known.split()))

    def at(self, name: str | int) -> str:
        """Say where a member stands."""
        return f"{self._at}.{name}" if self._at else str(name)


def octets(value: object, at: str) -> bytes:
    """Read base64 text, of either alphabet, that holds at least one byte."""
    if not isinstance(value, str):
        raise malformed(at, "is not base64 text")
    try:
        content = base64.b64decode(value.translate(_URL_SAFE), validate=True)
    except (binascii.Error, ValueError) as error:
        raise malformed(at, "is not base64 text") from error
    if not content:
        raise malformed(at, "is empty")
    return content


def malformed(at: str, what: str) -> RefusalError:
    """Say what is wrong where."""
    return RefusalError("bundle_malformed", f"{at or 'the bundle'} {what}")
