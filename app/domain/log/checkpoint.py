"""Checkpoints (C2SP tlog-checkpoint): what the log was, and how large, in three lines."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from app.domain.errors import ProofError
from app.domain.log.merkle import HASH_SIZE

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The size of a log and the root over its entries."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        """Write the text that is signed."""
        return f"{self.origin}\n{self.size}\n{encoded(self.root)}\n"


def parse(text: str) -> Checkpoint:
    """Read the text of a checkpoint, without extension lines. Raises ProofError."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0]:  # noqa: PLR2004 - three lines, each ended
        raise ProofError("a checkpoint has three lines: origin, size and root")
    return Checkpoint(lines[0], decimal(lines[1]), decoded(lines[2]))


def decimal(text: str) -> int:
    """Read a count or an index as C2SP writes it. Raises ProofError."""
    if not _DECIMAL.fullmatch(text):
        raise ProofError(f"not a decimal number without leading zeroes: {text[:40]!r}")
    return int(text)


def encoded(value: bytes) -> str:
    """Write a hash as base64."""
    return base64.b64encode(value).decode()


def decoded(text: str) -> bytes:
    """Read a hash, in its only spelling. Raises ProofError."""
    try:
        value = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise ProofError(f"not a base64 hash: {text[:60]!r}") from error
    if len(value) != HASH_SIZE or encoded(value) != text:
        raise ProofError(f"not a base64 hash of {HASH_SIZE} bytes: {text[:60]!r}")
    return value
