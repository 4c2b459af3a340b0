"""Digests: the names by which the gate knows bytes."""

from __future__ import annotations

import hashlib
import re
from typing import Self

from app.domain.errors import InvalidDigestError

_SHA256_HEX = re.compile(r"[0-9a-f]{64}")


class Digest(str):
    """A SHA-256 digest as 64 lower-case hexadecimal digits (FIPS 180-4)."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Check and wrap a digest; raise InvalidDigestError for any other text."""
        if not _SHA256_HEX.fullmatch(text):
            message = f"not a sha256 digest of 64 lower-case hexadecimal digits: {text[:80]!r}"
            raise InvalidDigestError(message)
        return super().__new__(cls, text)

    @classmethod
    def of(cls, content: bytes) -> Self:
        """Digest these bytes."""
        return super().__new__(cls, hashlib.sha256(content).hexdigest())
