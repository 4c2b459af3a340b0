"""Group commit: one thread appends all that waits, while the batch before it is synced.

A caller waits for the commit that holds its entry, and for no timer: a batch is whatever
queued up during the last commit, and whoever is about to ask. So one caller pays one commit, and
sixty-four share it.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError

from app.adapters.stores.database import LONGEST_WAIT, Database
from app.adapters.stores.log import appending
from app.adapters.stores.log.appending import Work
from app.domain.entry import Entry, microseconds
from app.domain.errors import GateError, StoreError
from app.ports import Clock

LARGEST_BATCH = 256
MOST_BYTES = 8 << 20
"""Bytes of documents after which a batch takes no more."""
LONGEST_QUEUE = 4096
PUBLISH_SECONDS = 1.0
"""Shortest time between two checkpoints that nobody asked for."""

_OF_ONE = (IntegrityError, DataError, ProgrammingError)
"""Errors of what is written, or of the right to write it, and not of the database."""


class _Waiting:
    """A work whose caller waits: claimed by the writer, or given up by the caller, never both."""

    __slots__ = ("_claim", "_is_done", "outcome", "size", "work")

    def __init__(self, work: Work) -> None:
        self.work = work
        self.size = sum(len(content) for _, content in work.draft.documents)
        self.outcome: Entry | GateError | None = None
        self._claim = threading.Lock()
        self._is_done = threading.Lock()
        self._is_done.acquire()

    def claim(self) -> bool:
        """Take it for oneself; False if the other has it."""
        return self._claim.acquire(blocking=False)

    def settle(self, outcome: Entry | GateError) -> None:
        """Let the caller have the outcome, once."""
        if self.outcome is None:
            self.outcome = outcome
            self._is_done.release()

    def wait(self, seconds: float) -> Entry | GateError | None:
        """Wait for the outcome; None when there is none in time."""
        self._is_done.acquire(timeout=seconds)
        return self.outcome


class Writer:
    """Appends for many threads at once."""

    def __init__(
        self, database: Database, log: str, clock: Clock, publish: Callable[[], object]
    ) -> None:
        self._database = database
        self._publish = publish
        self._published = -PUBLISH_SECONDS
        self._log = log
        self._clock = clock
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(LONGEST_QUEUE)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._busy_since: float | None = None
        self._is_closed = False

    def append(self, work: Work) -> Entry:
        """Append durably, or raise what keeps the work out of the log.

        Raises StoreError also when the commit is not known to have happened: the same
        idempotency key then tells.
        """
        waiting = _Waiting(work)
        self._refuse_if_stuck()
        self._start()
        try:
            self._queue.put_nowait(waiting)
        except queue.Full as error:
            raise StoreError("the store is busy: too many entries wait") from error
        outcome = waiting.wait(LONGEST_WAIT * 2)
        if isinstance(outcome, Entry):
            return outcome
        if outcome is not None:
            raise outcome
        if waiting.claim():
            raise StoreError("the store did not answer in time; nothing was recorded")
        message = "the store did not answer in time; ask again with the same Idempotency-Key"
        raise StoreError(message)

    def close(self) -> None:
        """Append what waits, then take nothing more."""
        with self._starting:
            self._is_closed = True
            thread = self._thread
        if thread is not None:
            self._queue.put(None)
            thread.join(LONGEST_WAIT * 2)
            self._checkpoint()

    def _refuse_if_stuck(self) -> None:
        since = self._busy_since
        if since is not None and time.monotonic() - since > LONGEST_WAIT * 2:
            raise StoreError("the store does not answer")

    def _start(self) -> None:
        with self._starting:
            if self._is_closed:
                raise StoreError("the store is closed")
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            batch, is_last = self._batch(first)
            if batch:
                self._busy_since = time.monotonic()
                self._append(batch)
                self._busy_since = None
                if time.monotonic() - self._published >= PUBLISH_SECONDS:
                    self._checkpoint()
            if is_last:
                return

    def _checkpoint(self) -> None:
        # The database is held against the last checkpoint when it is opened again, so one is
        # signed even if nobody asks. If none can be, whoever asks for one hears why.
        self._published = time.monotonic()
        with suppress(StoreError):
            self._publish()

    def _batch(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        batch: list[_Waiting] = []
        item: _Waiting | None = first
        size = 0
        while item is not None:
            if item.claim():
                batch.append(item)
                size += item.size
            if len(batch) >= LARGEST_BATCH or size >= MOST_BYTES:
                return batch, False
            try:
                item = self._following()
            except queue.Empty:
                return batch, False
        return batch, True

    def _following(self) -> _Waiting | None:
        try:
            return self._queue.get_nowait()
        except queue.Empty:
            # Who was just answered may be about to ask again: else half of the callers would wait
            # while the other half is written, in turns. No timer: a turn may bring nothing.
            _give_a_turn()
            return self._queue.get_nowait()

    def _append(self, batch: Sequence[_Waiting]) -> None:
        outcomes: Sequence[Entry | GateError] | None = None
        try:
            outcomes = self._transaction(batch)
        except StoreError as error:
            if len(batch) > 1 and isinstance(error.__cause__, _OF_ONE):
                # One of them is at fault; its neighbours must not pay for it.
                outcomes = ()  # each is settled on its own
                for item in batch:
                    self._append([item])
                return
            outcomes = [error] * len(batch)
        finally:
            # Whatever else goes wrong ends this thread; nobody may wait for it in vain.
            if outcomes is None:
                outcomes = [StoreError("the store failed while it recorded")] * len(batch)
            for item, outcome in zip(batch, outcomes, strict=False):
                item.settle(outcome)

    def _transaction(self, batch: Sequence[_Waiting]) -> list[Entry | GateError]:
        now = microseconds(self._clock.now())
        with self._database.write() as connection:
            works = [item.work for item in batch]
            return appending.append(connection, works, self._log, now)


def _give_a_turn() -> None:
    """Let other threads run that are ready to."""
    time.sleep(0)
