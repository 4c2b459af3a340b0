"""Checkpoints, receipts and tiles of the log in a database."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, bindparam, select, update

from app.adapters.stores import archiving, dialect
from app.adapters.stores.database import Database
from app.adapters.stores.log import appending, reading
from app.adapters.stores.log.appending import Work
from app.adapters.stores.log.reading import LOG
from app.adapters.stores.log.signing import Signer
from app.adapters.stores.log.tree import Tree
from app.adapters.stores.schema import checkpoint, entry, head
from app.domain.entry import Draft, Entry, microseconds
from app.domain.errors import GateError, NotFoundError, StoreError
from app.domain.log import checkpoint as checkpoints
from app.domain.log import merkle, note, tile
from app.domain.log.checkpoint import Checkpoint
from app.domain.log.receipt import Receipt
from app.domain.log.tile import Tile
from app.ports import Clock

_HEAD = select(head.c.size, head.c.frontier, head.c.frozen).where(head.c.log == LOG)
_FREEZE = (
    update(head)
    .where(head.c.log == LOG, head.c.frozen.is_(None))
    .values(frozen=bindparam("reason"))
)
_UNFREEZE = update(head).where(head.c.log == LOG).values(frozen=None)
_NEWEST = (
    select(checkpoint.c.signed)
    .where(checkpoint.c.log == LOG)
    .order_by(checkpoint.c.size.desc())
    .limit(1)
)
_BODIES = (
    select(entry.c.body, entry.c.seq)
    .where(entry.c.log == LOG, entry.c.seq >= bindparam("first"), entry.c.seq < bindparam("end"))
    .order_by(entry.c.seq)
)


class Proofs:
    """What a stranger needs to check the log."""

    def __init__(self, database: Database, name: str, clock: Clock, signer: Signer) -> None:
        self._database = database
        self._name = name
        self._clock = clock
        self._signer = signer

    @property
    def key(self) -> str:
        """The log's public key, as a vkey."""
        return str(self._signer.key.public)

    def checkpoint(self) -> str:
        """Sign the log as it is now, or raise StoreError if it contradicts what was signed."""
        with self._signer.turn():
            return self._signed_now()[1]

    def receipt(self, seq: int) -> Receipt:
        """Prove that the entry at this place is in the log, under the last checkpoint over it.

        Those who wait for a signature at once share one: the first to have its turn signs for
        all that is there.
        """
        with self._signer.turn():
            last = self._signer.last()
            stated, signed = last if last and last[0].size > seq else self._signed_now()
        if not 0 <= seq < stated.size:
            raise NotFoundError(f"a log of {stated.size} entries has no entry {seq}")
        return self._proven(seq, stated, signed)

    def receipt_under(self, seq: int, signed: str) -> Receipt:
        """Prove the entry under a checkpoint of this log that was kept, and all its signatures."""
        stated = checkpoints.parse(note.split(signed)[0])
        if seq >= stated.size:
            message = f"witnesses have seen {stated.size} entries, and not yet entry {seq}"
            raise NotFoundError(message)
        return self._proven(seq, stated, signed)

    def _proven(self, seq: int, stated: Checkpoint, signed: str) -> Receipt:
        with self._database.read() as connection:
            proof = Tree(connection, stated.size).inclusion(seq)
            (leaf,) = reading.hashes(connection, 0, seq, 1)
        if not merkle.includes(leaf, seq, stated.size, proof, stated.root):
            raise StoreError(f"entry {seq} does not lead to what was signed")
        return Receipt(seq, proof, signed)

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """Prove that the log of the size `new` begins with that of the size `old`."""
        with self._database.read() as connection:
            size = self._head(connection).size
            if not 0 <= old <= new <= size:
                raise NotFoundError(f"a log of {size} entries was never of size {old} and {new}")
            return Tree(connection, new).consistency(old)

    def tile(self, wanted: Tile) -> bytes:
        """Read a tile of hashes or a bundle of entries."""
        with self._database.read() as connection:
            size = self._head(connection).size
            if wanted.level is not None:
                return Tree(connection, size).tile(wanted)
            first = wanted.number * merkle.TILE_WIDTH
            if first + wanted.width > size:
                raise NotFoundError(f"a log of {size} entries has no {wanted}")
            return tile.bundle(self._bodies(connection, first, wanted.width))

    def recall(self) -> None:
        """Compare the database with what was signed last, and freeze the log if they differ.

        A memory that is missing is made of the newest checkpoint in the database.
        """
        with self._signer.turn():
            if self._signer.last() is None:
                self._remember_newest()
            with self._database.read() as connection:
                contradiction = _contradiction(connection, *self._state(connection))
        if contradiction:
            self._mark(contradiction)

    def _remember_newest(self) -> None:
        with self._database.read() as connection:
            newest = connection.execute(_NEWEST).scalar()
        if newest is not None:
            self._signer.trust.believe(newest)
            self._signer.remember(newest)

    def unfreeze(self, stated: Callable[[str], Draft]) -> Entry | None:
        """Let a frozen log take entries again, if it leads to what was signed last.

        `stated` makes of why it was frozen what is recorded of it: both are done, or neither.
        None if the log was not frozen. Raises StoreError while it does not lead there.
        """
        with self._signer.turn():
            with self._database.read() as connection:
                frozen: str | None = connection.execute(_HEAD).one().frozen
                contradiction = _contradiction(connection, *self._state(connection))
            if contradiction:
                raise StoreError(f"the log stays frozen: {contradiction}")
            if frozen is None:
                return None
            work, now = Work(stated(frozen)), microseconds(self._clock.now())
            with self._database.write() as connection:
                connection.execute(_UNFREEZE)
                (made,) = appending.append(connection, [work], self._name, now)
                if isinstance(made, GateError):
                    raise made
        return made

    def _signed_now(self) -> tuple[Checkpoint, str]:
        with self._database.read() as connection:
            now, last = self._state(connection)
            if last is not None and last[0] == now:
                return last
            contradiction = _contradiction(connection, now, last)
        if contradiction:
            self._freeze(contradiction)
        signed = self._signer.sign(now)
        self._keep(now, signed)
        return now, signed

    def _state(self, connection: Connection) -> tuple[Checkpoint, tuple[Checkpoint, str] | None]:
        last = self._signer.last()
        return self._head(connection), last

    def _head(self, connection: Connection) -> Checkpoint:
        row = connection.execute(_HEAD).one()
        try:
            frontier = merkle.unpack(row.size, row.frontier)
        except ValueError as error:
            raise StoreError(f"the head of the log is damaged: {error}") from error
        return Checkpoint(self._name, row.size, frontier.root)

    def _freeze(self, reason: str) -> None:
        self._mark(reason)
        message = "the log is frozen: this database does not lead to what was signed last"
        remedy = "put back the one that does; if this is it, run `countersign store unfreeze`"
        raise StoreError(f"{message}: {remedy}", detail=reason)

    def _mark(self, reason: str) -> None:
        with self._database.write() as connection:
            connection.execute(_FREEZE, {"reason": reason})

    def _keep(self, signed: Checkpoint, note: str) -> None:
        now = microseconds(self._clock.now())
        row = {"log": LOG, "size": signed.size, "at": now, "signed": note}
        with self._database.write() as connection:
            dialect.keep_checkpoint(connection, row)

    def _bodies(self, connection: Connection, first: int, count: int) -> Sequence[bytes]:
        rows = connection.execute(_BODIES, {"first": first, "end": first + count}).all()
        bodies = [bytes(row.body) for row in rows]
        if len(bodies) != count:
            raise reading.lost(first, count, {row.seq for row in rows})
        archiving.must_be_here(connection, [first + i for i, b in enumerate(bodies) if not b])
        return bodies


def _contradiction(
    connection: Connection, now: Checkpoint, last: tuple[Checkpoint, str] | None
) -> str | None:
    if last is None:
        return None
    signed = last[0]
    if now.size < signed.size:
        return f"a log of {signed.size} entries was signed, and {now.size} are here"
    try:
        root = Tree(connection, now.size).root(signed.size)
    except StoreError as error:
        if error.__cause__ is not None:
            raise  # the database did not answer: that says nothing about what is in it
        return f"what was signed is not all there: {error.message}"
    if root != signed.root:
        return f"the first {signed.size} entries are not those that were signed"
    return None
