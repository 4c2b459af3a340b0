"""Retention: record an archive and let go of what is in it; place a legal hold, release it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from app.domain.caller import Caller
from app.domain.entry import MAY_GO, Draft, Entry, Idempotency, Kind, Move
from app.domain.errors import (
    ConflictError,
    InvalidSubmissionError,
    NotFoundError,
    StoreError,
)
from app.domain.log import checkpoint, contention, merkle, note, tile
from app.domain.log.merkle import TILE_WIDTH
from app.domain.log.question import Question
from app.domain.log.tile import Tile
from app.domain.retention import archives
from app.domain.retention.archives import (
    HOLDS,
    LARGEST_RANGE,
    RETENTION,
    Archive,
    Detachment,
    Hold,
    Standing,
)
from app.gate import hear
from app.ports import Log, Ports


def archive(
    asked: Archive, entries_sha256: str, caller: Caller, ports: Ports, key: Idempotency | None
) -> Entry:
    """Record that a range was archived, and let go of the bodies that nothing needs.

    `entries_sha256` is over the entry bundles of the range as they were read back from the
    archive: only who has all the entries can tell it. Raises InvalidSubmissionError for a
    range that is not made of whole tiles or too large; ConflictError for one that does not
    follow the last archive, is not signed yet, was archived as something else, or whose
    entries a subscriber still waits for; StoreError.
    """
    made = ports.log.repeated(key) if key else None
    if made is not None:
        return made
    _must_be_tiles(asked)
    _must_follow(asked, ports.log)
    _must_be_told(asked, ports)
    if _rehashed(asked, ports.log) != entries_sha256:
        message = "what the archive holds is not what the log holds: nothing was let go of"
        raise ConflictError(message)
    archive_id = ports.new_id()
    body = {
        "archive_id": archive_id,
        "low": asked.low,
        "high": asked.high,
        "archive_sha256": asked.sha256,
        "entries_sha256": entries_sha256,
        "location": asked.location,
        "archived_by": caller.subject,
    }

    def draft(before: Move) -> Draft:
        detaches = Detachment(asked, tuple(archives.hold(_body(e)) for e in holds(ports.log)))
        moves = (before, Move(archives.place(asked.low), None))
        kind = Kind.LOG_ARCHIVED
        return Draft(archive_id, kind, caller.subject, body, moves=moves, detaches=detaches)

    return settled(draft, ports.log, key)


def hold(
    on: dict[str, Any], reason: str, caller: Caller, ports: Ports, key: Idempotency | None
) -> Entry:
    """Place a legal hold: what it covers leaves the store no more, and keeps its texts.

    Raises InvalidSubmissionError for a range that ends before it begins, StoreError.
    """
    made = ports.log.repeated(key) if key else None
    if made is not None:
        return made
    entries = on.get("entries", {})
    if entries.get("low", 0) >= entries.get("high", entries.get("low", 0) + 1):
        message = "a range of entries ends before it begins"
        raise InvalidSubmissionError(message, pointer="/on/entries/high")
    hold_id = ports.new_id()
    body = {"hold_id": hold_id, "on": on, "reason": reason, "placed_by": caller.subject}

    def draft(before: Move) -> Draft:
        moves = (before, Move(HOLDS + hold_id, None))
        return Draft(hold_id, Kind.HOLD_PLACED, caller.subject, body, moves=moves)

    return settled(draft, ports.log, key)


def release(
    hold_id: str, reason: str, caller: Caller, ports: Ports, key: Idempotency | None
) -> Entry:
    """Release a hold. Raises NotFoundError unless it is in force, StoreError."""
    made = ports.log.repeated(key) if key else None
    if made is not None:
        return made
    entry_id = ports.new_id()

    def draft(before: Move) -> Draft:
        placed = ports.log.at_place(HOLDS + hold_id)
        if placed is None or placed.kind is not Kind.HOLD_PLACED:
            raise NotFoundError(f"no hold {hold_id[:80]!r} is in force")
        body = {
            "release_id": entry_id,
            "hold_id": hold_id,
            "on": _body(placed)["on"],
            "reason": reason,
            "released_by": caller.subject,
        }
        moves = (before, Move(HOLDS + hold_id, placed.seq))
        return Draft(entry_id, Kind.HOLD_RELEASED, caller.subject, body, moves=moves)

    return settled(draft, ports.log, key)


def holds(log: Log) -> list[Entry]:
    """List the entries that placed the holds in force. Raises StoreError."""
    return [entry for entry in hear.placed(HOLDS, log) if entry.kind is Kind.HOLD_PLACED]


def covering(seq: int, log: Log) -> Hold | None:
    """Find a hold on an entry. Raises NotFoundError for no entry, StoreError."""
    in_force = [archives.hold(_body(entry)) for entry in holds(log)]
    if not in_force:
        return None
    one = _standing(seq, log)
    return next((hold for hold in in_force if hold.covers(one)), None)


def settled(draft: Callable[[Move], Draft], log: Log, key: Idempotency | None) -> Entry:
    """Append what rests on the holds in force, made anew when they changed meanwhile.

    Raises MovedError when these never stand still, or another place is not as expected.
    """

    def attempt() -> Entry:
        before = Move(RETENTION, contention.seq(log.at_place(RETENTION)))
        return log.append(draft(before), key)

    return contention.settled(attempt)


def _standing(seq: int, log: Log) -> Standing:
    found = log.scan(Question(is_for_archived=True), seq, seq + 1, 1)
    if not found:
        raise NotFoundError(f"no entry {seq}")
    columns = _body(found[0])["entry"]
    may_go = found[0].kind in MAY_GO
    return Standing(seq, may_go, columns.get("release_digest"), columns.get("model"))


def _must_be_tiles(asked: Archive) -> None:
    count = asked.high - asked.low
    if asked.low % TILE_WIDTH or asked.high % TILE_WIDTH or not 0 < count <= LARGEST_RANGE:
        message = f"expected whole tiles of {TILE_WIDTH} entries, at most {LARGEST_RANGE} in all"
        raise InvalidSubmissionError(message, pointer="/high")


def _must_follow(asked: Archive, log: Log) -> None:
    size = checkpoint.parse(note.split(log.checkpoint())[0]).size
    if asked.high > size:
        raise ConflictError(f"a log of {size} entries is not closed up to {asked.high}")
    known = log.archives()
    end = known[-1].archive.high if known else 0
    if asked.low != end:
        raise ConflictError(f"the next archive begins at entry {end}, where the last one ends")


def _must_be_told(asked: Archive, ports: Ports) -> None:
    for to in ports.subscribers:
        told = ports.log.at_place(to.place)
        through = int(_body(told)["through"]) if told else asked.high
        if through < asked.high - 1:
            message = f"{to.name} was told of entries up to {through} only: deliver first"
            raise ConflictError(message)
        aside = hear.placed(f"undelivered:{to.name}/", ports.log)
        left = (e for e in aside if e.kind is Kind.EVENT_UNDELIVERED)
        if any(_body(entry)["event_seq"] < asked.high for entry in left):
            raise ConflictError(f"an event of the range is put aside for {to.name}: resend first")


def _rehashed(asked: Archive, log: Log) -> str:
    digest = hashlib.sha256()
    for number in range(asked.low // TILE_WIDTH, asked.high // TILE_WIDTH):
        content = log.tile(Tile(None, number, TILE_WIDTH))
        leaves = b"".join(merkle.leaf_hash(entry) for entry in tile.unbundle(content))
        if leaves != log.tile(Tile(0, number, TILE_WIDTH)):
            first = number * TILE_WIDTH
            raise StoreError(f"the entries from {first} on are not those of the tree")
        digest.update(content)
    return digest.hexdigest()


def _body(entry: Entry) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(entry.body)
    return body
