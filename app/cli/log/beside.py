"""What a gate still shows of entries of which some neighbours are in an archive.

A gate gives no tile of entries of which it lacks one, so the tile is read from the archive. What
the gate shows of each of them is laid over it, so that it is held against the tree as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.cli.client import Client
from app.cli.log.asking import understood
from app.domain.canonical import canonical_json, read_json
from app.domain.entry import LARGEST_BODY
from app.domain.errors import MalformedDocumentError, ProofError
from app.domain.log import merkle, tile
from app.domain.log.merkle import TILE_WIDTH
from app.domain.log.question import Cursor, Question

Laid = tuple[bytes, list[str]]
"""A tile of entries, and what is wrong of entries that cannot be laid over it."""
Beside = Callable[[str, bytes], Laid]
"""Lays what is shown of a tile's entries over the tile, by its path and content."""
STUB = {"archived", "at", "entry", "leaf_sha256", "log", "seq"}
"""What a gate tells of an entry whose body is in an archive alone, and no more."""


def of(source: str, token: str | None) -> Beside:
    """Tell what is laid over the tiles of an archive: nothing, unless the source is a gate.

    What is given raises ClientError when the gate does not answer, or what answers is none.
    """
    if not source.startswith(("https://", "http://")):
        return lambda _, content: (content, [])
    client = Client(source, token or "")
    return lambda path, content: _laid_over(client, path, content)


def _laid_over(client: Client, path: str, content: bytes) -> Laid:
    try:
        _, level, place = path.split("/", 2)
        wanted = tile.parse(level, place)
        entries = tile.unbundle(content) if wanted.level is None else []
    except ProofError:
        return content, []  # damaged: that is found when it is held against the tree
    if not entries:
        return content, []
    low = wanted.number * TILE_WIDTH
    laid: list[bytes] = []
    faults: list[str] = []
    shown = _shown(client, range(low, low + len(entries)))
    for seq, entry in enumerate(entries, low):
        seen = entry if seq not in shown else _as_shown(entry, shown[seq])
        if seq not in shown:
            faults.append(f"entry {seq} is not shown by the gate")
        elif len(seen) > LARGEST_BODY:
            faults.append(f"entry {seq} is shown with more bytes than an entry can have")
        laid.append(seen if len(seen) <= LARGEST_BODY else entry)
    return tile.bundle(laid), faults


def _shown(client: Client, part: range) -> dict[int, Mapping[str, Any]]:
    cursor = Cursor(part.stop, part.stop).text(Question())
    page = client.ask("GET", f"/v1/log?limit={len(part)}&cursor={cursor}")
    with understood():
        return {entry["seq"]: entry for entry in page["entries"] if entry["seq"] in part}


def _as_shown(entry: bytes, shown: Mapping[str, Any]) -> bytes:
    """Write what is shown of an entry; what tells that it is in an archive stands for it."""
    with understood():
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
