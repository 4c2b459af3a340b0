"""Tiles (C2SP tlog-tiles): how the tree and its entries are named and read in pieces."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.errors import ProofError
from app.domain.log.merkle import TILE_HEIGHT, TILE_WIDTH

_NUMBER = re.compile(r"(?:x[0-9]{3}/)*[0-9]{3}")
_PARTIAL = re.compile(r"[1-9][0-9]{0,2}")
_LENGTH = struct.Struct(">H")
_HIGHEST_LEVEL = 63


@dataclass(frozen=True, slots=True)
class Tile:
    """A piece of the tree: `width` hashes at a level, or as many entries (level None)."""

    level: int | None
    number: int
    width: int

    def __str__(self) -> str:
        """Write its path below the log's prefix."""
        digits = f"{self.number:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
        path = "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])
        level = "entries" if self.level is None else self.level
        part = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{path}{part}"


def parse(level: str, path: str) -> Tile:
    """Read a tile's path, in its only spelling. Raises ProofError."""
    number, _, width = path.partition(".p/")
    is_level = level == "entries" or (level.isdecimal() and int(level) <= _HIGHEST_LEVEL)
    is_width = not width or _PARTIAL.fullmatch(width)
    if not is_level or not is_width or len(path) > 64 or not _NUMBER.fullmatch(number):  # noqa: PLR2004 - far beyond 2**63
        raise ProofError("not the path of a tile")
    tile = Tile(
        None if level == "entries" else int(level),
        int(number.replace("x", "").replace("/", "")),
        int(width) if width else TILE_WIDTH,
    )
    if str(tile) != f"tile/{level}/{path}":
        raise ProofError("not the path of a tile in its only spelling")
    return tile


def of_tree(size: int) -> Iterable[Tile]:
    """List the hash tiles of a tree of this size."""
    level, count = 0, size
    while count:
        full, part = divmod(count, TILE_WIDTH)
        yield from (Tile(level, number, TILE_WIDTH) for number in range(full))
        if part:
            yield Tile(level, full, part)
        level, count = level + 1, count >> TILE_HEIGHT


def bundle(entries: Iterable[bytes]) -> bytes:
    """Write entries one after the other, each after its length in 16 bits."""
    return b"".join(_LENGTH.pack(len(entry)) + entry for entry in entries)


def unbundle(content: bytes) -> list[bytes]:
    """Read entries. Raises ProofError when the bundle is cut short."""
    entries: list[bytes] = []
    at = 0
    while at < len(content):
        if at + _LENGTH.size > len(content):
            raise ProofError("an entry bundle is cut short")
        (length,) = _LENGTH.unpack_from(content, at)
        at += _LENGTH.size
        if at + length > len(content):
            raise ProofError("an entry bundle is cut short")
        entries.append(content[at : at + length])
        at += length
    return entries
