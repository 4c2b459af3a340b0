"""The port Log over a database."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, bindparam, insert, select, union_all, update

from app.adapters.stores import archiving
from app.adapters.stores.archiving import IS_HERE
from app.adapters.stores.database import Database
from app.adapters.stores.log import cosigned, personal, places, reading, releases, search
from app.adapters.stores.log.appending import Work
from app.adapters.stores.log.proving import Proofs
from app.adapters.stores.log.reading import ENTRIES, LOG
from app.adapters.stores.log.writer import Writer
from app.adapters.stores.schema import entry, head, idempotency, identifier
from app.domain.digest import Digest
from app.domain.entry import (
    Draft,
    Entry,
    Idempotency,
    Kind,
    Page,
    Personal,
    PlacedEntry,
    microseconds,
    prepared,
    rfc3339,
)
from app.domain.errors import (
    IdempotencyConflictError,
    InvalidDigestError,
    NotFoundError,
    StoreError,
)
from app.domain.log.question import Cursor, Found, Question
from app.domain.log.receipt import Receipt
from app.domain.log.tile import Tile
from app.domain.retention.archives import Archived
from app.ports import Clock

_FIND = ENTRIES.join(
    identifier, (identifier.c.log == entry.c.log) & (identifier.c.seq == entry.c.seq)
).where(identifier.c.kind == bindparam("of_kind"), identifier.c.id == bindparam("of_id"))
_KIND = ENTRIES.where(entry.c.kind == bindparam("of_kind"), IS_HERE)
_NEWEST = _KIND.order_by(entry.c.seq.desc()).limit(bindparam("most"))
_NEWEST_BELOW = _NEWEST.where(entry.c.seq < bindparam("below"))
_REPEATED = select(idempotency.c.seq, idempotency.c.request_sha256).where(
    idempotency.c.log == LOG,
    idempotency.c.caller == bindparam("by_caller"),
    idempotency.c.key == bindparam("of_key"),
)
_PING = (
    update(head)
    .where(head.c.log == LOG, head.c.frozen.is_(None))
    .values(pinged_at=bindparam("now"))
)

_A_TIME = rfc3339(0)


class DatabaseLog:
    """Implements the port Log."""

    def __init__(self, database: Database, name: str, clock: Clock, proofs: Proofs) -> None:
        self.name = name
        self.writer = Writer(database, name, clock, proofs.checkpoint)
        self._database = database
        self._clock = clock
        self._proofs = proofs

    def append(self, draft: Draft, idempotency: Idempotency | None = None) -> Entry:
        """Append durably, or give back what this key already made."""
        for sha256, content in draft.documents:
            if Digest.of(content) != sha256:
                raise InvalidDigestError(f"the content is not that of digest {sha256}")
        ready = prepared(draft, self.name)
        ready.sealed(0, _A_TIME)  # what cannot be written must not reach a batch with others
        return self.writer.append(Work(draft, idempotency, ready=ready))

    def snapshot(self) -> AbstractContextManager[None]:
        """Let all that this thread reads in the block be of one moment."""
        return self._database.snapshot()

    def repeated(self, idempotency: Idempotency) -> Entry | None:
        """Find what this key already made."""
        with self._database.read() as connection:
            row = connection.execute(
                _REPEATED, {"by_caller": idempotency.caller, "of_key": idempotency.key}
            ).one_or_none()
            if row is None:
                return None
            if row.request_sha256 != idempotency.request_sha256:
                raise IdempotencyConflictError("this idempotency key was used for another request")
            return reading.at_seq(connection, self.name, row.seq)

    def find(self, entry_id: str, kind: Kind) -> Entry | None:
        """Find one entry."""
        with self._database.read() as connection:
            values = {"of_kind": kind.value, "of_id": entry_id}
            row = connection.execute(_FIND, values).one_or_none()
            return None if row is None else reading.of_any_row(connection, self.name, row)

    def at_place(self, place: str, *, until: int | None = None) -> Entry | None:
        """Find the entry that a named place points at now, or pointed at before a time."""
        return places.pointed_at(self._database, self.name, place, until)

    def place_of_newest(self, kinds: Collection[Kind]) -> int:
        """Tell the place of the newest entry of any of these kinds; -1 if there is none."""
        with self._database.read() as connection:
            found = connection.execute(_places(frozenset(kinds))).scalars()
            return max(found, default=-1)

    def moves(self, place: str) -> Sequence[Entry]:
        """List every entry that a named place ever pointed at, oldest first."""
        return places.history(self._database, self.name, place)

    def places(self, prefix: str, *, after: str = "", limit: int = 100) -> Sequence[PlacedEntry]:
        """List places whose names begin so, and come after `after`, by name."""
        return places.named(self._database, self.name, prefix, after, limit)

    def personal(self, places: Sequence[int]) -> Mapping[int, tuple[Personal, ...]]:
        """Read the personal texts of entries that are still there, by their places."""
        return personal.texts(self._database, places)

    def page(self, kind: Kind, *, before: int | None, limit: int) -> Page:
        """List entries of a kind, newest first, below the sequence number `before`."""
        values: dict[str, Any] = {"of_kind": kind.value, "most": limit + 1}
        if before is None:
            found = reading.entries(self._database, self.name, _NEWEST, values)
        else:
            values["below"] = before
            found = reading.entries(self._database, self.name, _NEWEST_BELOW, values)
        kept = tuple(found[:limit])
        return Page(kept, kept[-1].seq if len(found) > limit else None)

    def about(self, release: Digest, kind: Kind) -> Sequence[Entry]:
        """List the entries of a kind about one release, oldest first."""
        return releases.about(self._database, self.name, release, kind)

    def latest(self, release: Digest, kind: Kind) -> Iterator[Entry]:
        """Give the entries of a kind about one release, newest first, as they are asked for."""
        return releases.latest(self._database, self.name, release, kind)

    def latest_of_each(self, release: Digest) -> Sequence[Entry]:
        """List the newest decision on a release for each model, version and stage."""
        return releases.latest_of_each(self._database, self.name, release)

    def submitters(self, release: Digest) -> frozenset[str]:
        """Tell everyone who ever had this release decided."""
        return releases.submitters(self._database, release)

    def released(self, model: str, stage: str, release: Digest) -> bool:
        """Tell whether this release of the model was ever allowed on the stage."""
        return releases.was_allowed(self._database, model, stage, release)

    def is_first(self, model: str, stage: str, release: Digest) -> bool:
        """Tell whether no other release of the model was ever allowed on the stage."""
        return not releases.were_others_allowed(self._database, model, stage, release)

    def last_released(self, model: str, stage: str, *, besides: Digest) -> Entry | None:
        """Find the newest decision that allowed another release of the model on the stage."""
        return releases.last_allowed(self._database, self.name, model, stage, besides)

    def ping(self) -> None:
        """Raise StoreError unless the log can be written: by a small write that is committed."""
        now = microseconds(self._clock.now())
        with self._database.write() as connection:
            if connection.execute(_PING, {"now": now}).rowcount != 1:
                raise StoreError("the log is frozen and takes nothing more")

    @property
    def key(self) -> str:
        """The log's public key."""
        return self._proofs.key

    def checkpoint(self) -> str:
        """Sign the log as it is now."""
        return self._proofs.checkpoint()

    def cosign(self, size: int, lines: Mapping[str, str]) -> None:
        """Keep what witnesses signed of the checkpoint of this size."""
        cosigned.keep(self._database, size, lines)

    def witnessed(self) -> str | None:
        """Give the newest checkpoint that a witness cosigned."""
        return cosigned.newest(self._database)

    def archives(self) -> Sequence[Archived]:
        """List the archives, in the order of the log."""
        with self._database.read() as connection:
            return archiving.archives(connection)

    def receipt(self, seq: int) -> Receipt:
        """Prove that the entry at this place is in the log."""
        return self._proofs.receipt(seq)

    def witnessed_receipt(self, seq: int) -> Receipt:
        """Prove it under the newest checkpoint that a witness cosigned, with its cosignatures."""
        signed = self.witnessed()
        if signed is None:
            raise NotFoundError("no witness has cosigned a checkpoint of this log")
        return self._proofs.receipt_under(seq, signed)

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """Prove that the log of the size `new` begins with that of the size `old`."""
        return self._proofs.consistency(old, new)

    def tile(self, wanted: Tile) -> bytes:
        """Read a tile of hashes or a bundle of entries."""
        return self._proofs.tile(wanted)

    def search(self, question: Question, cursor: Cursor | None, limit: int) -> Found:
        """Find a page of what is asked for, newest first."""
        return search.search(self._database, self.name, question, cursor, limit)

    def scan(self, question: Question, low: int, high: int, limit: int) -> Sequence[Entry]:
        """Read what is asked for from place `low` up to `high`, oldest first."""
        return search.scan(self._database, self.name, question, (low, high), limit)


def found(database: Database, name: str) -> bool:
    """Begin the log if the database holds none; tell whether it is new. Raises StoreError."""
    with database.write() as connection:
        kept = connection.execute(select(head.c.name).where(head.c.log == LOG)).scalar()
        if kept is None:
            row = {"log": LOG, "name": name, "size": 0, "last_at": 0, "pinged_at": 0}
            connection.execute(insert(head), {**row, "frontier": b""})
            return True
    if kept != name:
        raise StoreError(f"this store holds the log {kept!r}, not {name!r}")
    return False


@cache
def _places(kinds: frozenset[Kind]) -> CompoundSelect[Any]:
    # One probe of an index for each kind, where one condition on all would walk it.
    places = (
        select(entry.c.seq)
        .where(entry.c.log == LOG, entry.c.kind == kind.value)
        .order_by(entry.c.seq.desc())
        .limit(1)
        .subquery()
        for kind in sorted(kinds)
    )
    return union_all(*(select(place.c.seq) for place in places))
