"""What is kept: documents, and the log that nothing is taken out of; and the time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from app.domain.digest import Digest
from app.domain.entry import Draft, Entry, Idempotency, Kind, Page, Personal, PlacedEntry
from app.domain.log.question import Cursor, Found, Question
from app.domain.log.receipt import Receipt
from app.domain.log.tile import Tile
from app.domain.retention.archives import Archived


class Clock(Protocol):
    """The time, and nothing else that is not in the request."""

    def now(self) -> datetime:
        """Tell the time, with its zone."""


class Documents(Protocol):
    """Documents by digest: evidence, signature bundles, policy inputs."""

    def put(self, sha256: Digest, content: bytes) -> bool:
        """Keep a document; True if it is new. Raises InvalidDigestError, StoreError."""

    def read(self, sha256: Digest) -> bytes | None:
        """Read a document, or None if there is none. Raises StoreError."""


class Log(Protocol):
    """The append-only log: nothing in it is ever changed or taken out.

    Of entries that are in an archive the body may be there alone (`Draft.detaches`). None of
    the methods that tell what is so now gives one of these; `find`, and `search` and `scan`
    where the question asks for them, give them with a body that says where they are.
    """

    name: str

    def append(self, draft: Draft, idempotency: Idempotency | None = None) -> Entry:
        """Append durably, or give back the entry that this idempotency key already made.

        The stored bytes are the draft's body with `log`, `seq`, `at` and `entry` put into
        it (`app.domain.entry.seal`): Entry.body is what to answer. The draft's documents are
        stored and its places moved in the same transaction. Raises MovedError when one of
        the places is not where the draft expects it, IdempotencyConflictError,
        InvalidDigestError, TooLargeError, StoreError.
        """

    def snapshot(self) -> AbstractContextManager[None]:
        """Let all that this thread reads in the block, documents too, be of one moment.

        The moment is that of the first read. Append nothing in the block: on PostgreSQL an
        append can wait until nobody reads any more. Raises StoreError.
        """

    def repeated(self, idempotency: Idempotency) -> Entry | None:
        """Find what this key already made.

        Raises IdempotencyConflictError, ArchivedError, StoreError.
        """

    def find(self, entry_id: str, kind: Kind) -> Entry | None:
        """Find one entry. Raises StoreError."""

    def at_place(self, place: str, *, until: int | None = None) -> Entry | None:
        """Find the entry that a named place points at now, or pointed at before a time.

        `until` is in microseconds since the epoch. Raises StoreError.
        """

    def place_of_newest(self, kinds: Collection[Kind]) -> int:
        """Tell the place of the newest entry of any of these kinds; -1 if there is none.

        Raises StoreError.
        """

    def moves(self, place: str) -> Sequence[Entry]:
        """List every entry that a named place ever pointed at, oldest first."""

    def places(self, prefix: str, *, after: str = "", limit: int = 100) -> Sequence[PlacedEntry]:
        """List places whose names begin so, and come after `after`, by name (code points)."""

    def personal(self, places: Sequence[int]) -> Mapping[int, Sequence[Personal]]:
        """Read the personal texts of entries that were not erased, by their sequence numbers.

        An entry without any is not in the answer. Raises StoreError.
        """

    def page(self, kind: Kind, *, before: int | None, limit: int) -> Page:
        """List entries of a kind, newest first, below the sequence number `before`."""

    def about(self, release: Digest, kind: Kind) -> Sequence[Entry]:
        """List the entries of a kind about one release, oldest first. Raises StoreError."""

    def latest(self, release: Digest, kind: Kind) -> Iterator[Entry]:
        """Give the entries of a kind about one release, newest first, read as they are asked for.

        Raises StoreError.
        """

    def latest_of_each(self, release: Digest) -> Sequence[Entry]:
        """List the newest decision on a release for each model, version and stage, oldest first.

        Raises StoreError.
        """

    def submitters(self, release: Digest) -> frozenset[str]:
        """Tell everyone who ever had this release decided. Raises StoreError."""

    def released(self, model: str, stage: str, release: Digest) -> bool:
        """Tell whether this release of the model was ever allowed on the stage."""

    def is_first(self, model: str, stage: str, release: Digest) -> bool:
        """Tell whether no other release of the model was ever allowed on the stage."""

    def last_released(self, model: str, stage: str, *, besides: Digest) -> Entry | None:
        """Find the newest decision that allowed another release of the model on the stage."""

    def ping(self) -> None:
        """Raise StoreError unless the log can be written."""

    @property
    def key(self) -> str:
        """The log's public key, as a C2SP vkey."""

    def checkpoint(self) -> str:
        """Sign the log as it is now: a C2SP checkpoint. Raises StoreError, also when frozen."""

    def cosign(self, size: int, lines: Mapping[str, str]) -> None:
        """Keep signature lines of witnesses, by who signed, on the checkpoint of this size.

        Whether they are any good is for verifiers to say. Raises NotFoundError for a size
        that was never signed, StoreError.
        """

    def witnessed(self) -> str | None:
        """Give the newest checkpoint that a witness cosigned, with its cosignatures."""

    def archives(self) -> Sequence[Archived]:
        """List the archives, in the order of the log. Raises StoreError."""

    def receipt(self, seq: int) -> Receipt:
        """Prove that the entry at this place is in the log. Raises NotFoundError, StoreError."""

    def witnessed_receipt(self, seq: int) -> Receipt:
        """Prove it under the newest checkpoint that a witness cosigned, with its cosignatures.

        Raises NotFoundError for an entry that no witness has seen yet, StoreError.
        """

    def consistency(self, old: int, new: int) -> Sequence[bytes]:
        """Prove that the log of the size `new` begins with that of the size `old`.

        Raises NotFoundError, StoreError.
        """

    def tile(self, wanted: Tile) -> bytes:
        """Read a tile of hashes or a bundle of entries.

        Raises NotFoundError, ArchivedError for a bundle with an entry that is in an archive
        alone, StoreError.
        """

    def search(self, question: Question, cursor: Cursor | None, limit: int) -> Found:
        """Find a page of what is asked for, newest first. Raises StoreError."""

    def scan(self, question: Question, low: int, high: int, limit: int) -> Sequence[Entry]:
        """Read what is asked for from place `low` up to `high`, oldest first.

        Raises StoreError.
        """
