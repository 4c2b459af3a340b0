"""Audits a whole log from its files, as a stranger: what was signed must be what is there.

The log is read as C2SP tlog-tiles lays it out (`checkpoint`, `tile/0/000`,
`tile/entries/000`, ...), from a server or from a bundle:
    (1) the checkpoint is signed by a trusted key, and seen by the quorum of witnesses
    (2) the leaf hashes lead to the signed root, and to the root of each older checkpoint
    (3) the tiles above are made of those below
    (4) each entry is its leaf, states its own place, and is not older than the one before
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.canonical import canonical_json
from app.domain.errors import ProofError
from app.domain.log import merkle, tile
from app.domain.log.checkpoint import Checkpoint
from app.domain.log.merkle import HASH_SIZE, TILE_HEIGHT, TILE_WIDTH, Frontier
from app.domain.log.tile import Tile
from app.domain.log.trust import Trust

MOST_FAULTS = 50
"""Faults that are named; the others are counted."""

Read = Callable[[str], bytes | None]
"""Reads a file of the log by its path; None if there is none."""
Progress = Callable[[int], None]
"""Hears how many entries were audited."""


class Fault(StrEnum):
    """What can be wrong with a log."""

    FORGED = "checkpoint_forged"
    FORKED = "history_forked"
    CHANGED = "tree_changed"
    TILE = "tile_changed"
    MISSING = "entry_missing"
    EDITED = "entry_edited"
    MOVED = "entry_moved"
    INSERTED = "entry_inserted"
    UNREADABLE = "entry_unreadable"
    BACKDATED = "entry_backdated"
    SHRUNK = "log_shrunk"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, and at which entry (None when it concerns the whole log)."""

    fault: Fault
    seq: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """What the audit found; a log is whole when nothing was."""

    checkpoint: Checkpoint | None
    findings: tuple[Finding, ...]
    entries: int
    """Entries that were hashed and compared."""
    more: int = 0
    """Faults beside those that are named."""

    @property
    def is_whole(self) -> bool:
        """Whether everything that was signed is there, and nothing else."""
        return self.checkpoint is not None and not self.findings


def audit(
    read: Read,
    trust: Trust,
    older: Sequence[str] = (),
    progress: Progress | None = None,
    part: range | None = None,
) -> Report:
    """Audit the whole log; or of its entries those in `part`, from and to whole tiles."""
    try:
        signed = _file(read, "checkpoint").decode("utf-8", "replace")
        stated = trust.believe(signed)  # (1)
    except ProofError as error:
        return Report(None, (Finding(Fault.FORGED, None, error.message),), 0)
    findings: list[Finding] = []
    past = _past(older, trust, stated, findings)
    leaves = _leaves(read, stated, findings)
    _check_roots(leaves, stated, past, findings)  # (2)
    _check_tiles(read, leaves, stated.size, findings)  # (3)
    count = more = 0
    wanted = range(len(leaves)) if part is None else part
    for finding in _entries(read, leaves, stated.origin, progress, wanted):  # (4)
        if finding is None:
            count += 1
        elif len(findings) < MOST_FAULTS:
            findings.append(finding)
        else:
            more += 1
    more += max(0, len(findings) - MOST_FAULTS)
    return Report(stated, tuple(findings[:MOST_FAULTS]), count, more)


def _file(read: Read, path: str) -> bytes:
    content = read(path)
    if content is None:
        raise ProofError(f"the log has no file {path}")
    return content


def _past(
    older: Sequence[str], trust: Trust, stated: Checkpoint, findings: list[Finding]
) -> list[Checkpoint]:
    past: list[Checkpoint] = []
    for signed in older:
        try:
            known = trust.of_the_log().believe(signed)
        except ProofError as error:
            message = f"an older checkpoint: {error.message}"
            findings.append(Finding(Fault.FORGED, None, message))
            continue
        if known.origin != stated.origin:
            message = f"an older checkpoint is that of {known.origin!r}"
            findings.append(Finding(Fault.FORGED, None, message))
        elif known.size > stated.size:
            message = f"{known.size} entries were signed before, and only {stated.size} are now"
            findings.append(Finding(Fault.SHRUNK, stated.size, message))
        else:
            past.append(known)
    return past


def _leaves(read: Read, stated: Checkpoint, findings: list[Finding]) -> list[bytes]:
    leaves: list[bytes] = []
    for wanted in tile.of_tree(stated.size):
        if wanted.level != 0:
            continue
        content = read(str(wanted))
        if content is None or len(content) != wanted.width * HASH_SIZE:
            first = wanted.number * TILE_WIDTH
            findings.append(Finding(Fault.TILE, first, f"{wanted} is missing or cut short"))
            break
        leaves += [content[i : i + HASH_SIZE] for i in range(0, len(content), HASH_SIZE)]
    return leaves


def _check_roots(
    leaves: Sequence[bytes],
    stated: Checkpoint,
    past: Sequence[Checkpoint],
    findings: list[Finding],
) -> None:
    frontier: Frontier = merkle.EMPTY
    for known in sorted([*past, stated], key=lambda checkpoint: checkpoint.size):
        if known.size > len(leaves):
            return
        frontier = merkle.grow(frontier, leaves[frontier.size : known.size]).frontier
        if frontier.root != known.root:
            fault = Fault.CHANGED if known is stated else Fault.FORKED
            message = f"the first {known.size} entries are not those that were signed"
            findings.append(Finding(fault, None, message))


def _check_tiles(read: Read, leaves: Sequence[bytes], size: int, findings: list[Finding]) -> None:
    below = list(leaves)
    for wanted in tile.of_tree(size):
        level = wanted.level or 0
        if level == 0:
            continue
        if wanted.number == 0:
            below = [
                merkle.fold(below[i : i + TILE_WIDTH])
                for i in range(0, len(below) - TILE_WIDTH + 1, TILE_WIDTH)
            ]
        first = wanted.number * TILE_WIDTH
        made = b"".join(below[first : first + wanted.width])
        if read(str(wanted)) != made:
            place = first << (TILE_HEIGHT * level)
            message = f"{wanted} is not made of the tiles below it"
            findings.append(Finding(Fault.TILE, place, message))


def _entries(
    read: Read, leaves: Sequence[bytes], origin: str, progress: Progress | None, part: range
) -> Iterator[Finding | None]:
    places = {leaf: place for place, leaf in enumerate(leaves)}
    last_at = ""
    for first in range(part.start, min(part.stop, len(leaves)), TILE_WIDTH):
        width = min(TILE_WIDTH, len(leaves) - first)
        found = _bundle(read, Tile(None, first // TILE_WIDTH, width))
        for place in range(first, first + width):
            if place - first >= len(found):
                yield Finding(Fault.MISSING, place, f"entry {place} is missing")
                continue
            content = found[place - first]
            leaf = merkle.leaf_hash(content)
            if leaf != leaves[place]:
                yield _misplaced(place, places.get(leaf), content)
                continue
            at, finding = _read(content, place, origin, last_at)
            last_at = at or last_at
            yield finding
        for _ in found[width:]:
            yield Finding(Fault.INSERTED, first + width, "entries stand after the last one signed")
        if progress:
            progress(first + width)


def _bundle(read: Read, wanted: Tile) -> list[bytes]:
    content = read(str(wanted))
    if content is None:
        return []
    try:
        return tile.unbundle(content)
    except ProofError:
        return []


def _misplaced(place: int, belongs: int | None, content: bytes) -> Finding:
    if belongs is not None:
        return Finding(Fault.MOVED, place, f"entry {belongs} stands where entry {place} belongs")
    stated = _stated_place(content)
    if stated == place:
        return Finding(Fault.EDITED, place, f"entry {place} is not what was signed")
    message = f"what stands where entry {place} belongs was never in the log"
    return Finding(Fault.INSERTED, place, message)


def _stated_place(content: bytes) -> object:
    body = _canonical(content)
    return body.get("seq") if isinstance(body, dict) else None


def _canonical(content: bytes) -> object:
    """Read canonical JSON; None for bytes that any two readers might read differently."""
    try:
        value: object = json.loads(content)
        return value if canonical_json(value) == content else None
    except (ValueError, RecursionError):
        return None


def _read(
    content: bytes, place: int, origin: str, last_at: str
) -> tuple[str | None, Finding | None]:
    body = _canonical(content)
    if body is None:
        message = f"entry {place} is not canonical JSON"
        return None, Finding(Fault.UNREADABLE, place, message)
    if not isinstance(body, dict) or (body.get("log"), body.get("seq")) != (origin, place):
        message = f"entry {place} states another place than it stands at"
        return None, Finding(Fault.MOVED, place, message)
    at = body.get("at")
    if not isinstance(at, str) or at < last_at:
        return None, Finding(Fault.BACKDATED, place, f"entry {place} is older than the one before")
    return at, None
