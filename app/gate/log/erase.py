"""Erase the personal texts of an entry: a recorded act, after which the tree is what it was."""

from __future__ import annotations

from app.domain.caller import Caller
from app.domain.entry import Draft, Entry, Idempotency, Kind, Move
from app.domain.errors import HeldError, NotFoundError
from app.gate.log import retain
from app.ports import Ports


def erase(
    seq: int, reason: str, caller: Caller, ports: Ports, idempotency: Idempotency | None
) -> Entry:
    """Erase, and record in the same transaction who did and why; what it said is nowhere then.

    Raises NotFoundError when the entry has no such texts (any more), HeldError while a legal
    hold is on it, StoreError.
    """
    entry = ports.log.repeated(idempotency) if idempotency else None
    if entry is not None:
        return entry
    texts = ports.log.personal([seq]).get(seq, ())
    if not texts:
        raise NotFoundError(f"entry {seq} has no personal texts that could be erased")
    entry_id = ports.new_id()
    body = {
        "erasure_id": entry_id,
        "names": [personal.name for personal in texts],
        "reason": reason,
        "erased_by": caller.subject,
    }

    def draft(before: Move) -> Draft:
        # A hold that is placed meanwhile moves the place, and this looks again.
        hold = retain.covering(seq, ports.log)
        if hold is not None:
            message = f"entry {seq} is on hold {hold.id}: its texts stay until it is released"
            raise HeldError(message)
        kind, moves = Kind.PERSONAL_ERASED, (before,)
        return Draft(entry_id, kind, caller.subject, body, moves=moves, erases=seq)

    return retain.settled(draft, ports.log, idempotency)
