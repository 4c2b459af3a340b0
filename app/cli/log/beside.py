"""What a gate still shows of entries of which some neighbours are in an archive.

A gate gives no tile of entries of which it lacks one, so the tile is read from the archive. What
the gate shows of each of them is laid over it, so that it is held against the tree as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.cli.client import Client
from app.domain.canonical import canonical_json, read_json
from app.domain.errors import MalformedDocumentError, ProofError
from app.domain.log import merkle, tile
from app.domain.log.merkle import TILE_WIDTH
from app.domain.log.question import Cursor, Question

Beside = Callable[[str, bytes], bytes]
"""Lays what is shown of a tile's entries over the tile, by its path and content."""
STUB = {"archived", "at", "entry", "leaf_sha256", "log", "seq"}
"""What a gate tells of an entry whose body is in an archive alone, and no more."""


def of(source: str, token: str | None) -> Beside:
    """Tell what is laid over the tiles of an archive: nothing, unless the source is a gate."""
    if not source.startswith(("https://", "http://")):
        return lambda _, content: content
    client = Client(source, token or "")
    return lambda path, content: _laid_over(client, path, content)


def _laid_over(client: Client, path: str, content: bytes) -> bytes:
    try:
        _, level, place = path.split("/", 2)
        wanted = tile.parse(level, place)
        entries = tile.unbundle(content)
    except ProofError:
        return content  # damaged: that is found when it is held against the tree
    if wanted.level is not None:
        return content
    low = wanted.number * TILE_WIDTH
    shown = _shown(client, low, low + len(entries))
    return tile.bundle(
        _as_shown(entry, shown[low + at]) if low + at in shown else entry
        for at, entry in enumerate(entries)
    )


def _shown(client: Client, low: int, high: int) -> dict[int, Mapping[str, Any]]:
    cursor = Cursor(high, high).text(Question())
    page = client.ask("GET", f"/v1/log?limit={max(high - low, 1)}&cursor={cursor}")
    return {entry["seq"]: entry for entry in page["entries"] if low <= entry["seq"] < high}


def _as_shown(entry: bytes, shown: Mapping[str, Any]) -> bytes:
    """Write what is shown of an entry; what tells that it is in an archive stands for it."""
    return entry if _tells_of(shown, entry) else canonical_json(shown)


def _tells_of(shown: Mapping[str, Any], entry: bytes) -> bool:
    if set(shown) != STUB or shown["leaf_sha256"] != merkle.leaf_hash(entry).hex():
        return False
    try:
        body = read_json(entry)
    except MalformedDocumentError:
        return False
    told = {**shown["entry"], "at": shown["at"], "log": shown["log"], "seq": shown["seq"]}
    stated = {**body["entry"], **{name: body[name] for name in ("at", "log", "seq")}}
    return all(stated.get(name) == value for name, value in told.items())
