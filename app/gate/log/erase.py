"""Erase the personal texts of an entry: a recorded act, after which the tree is what it was."""

from __future__ import annotations

from app.domain.caller import Caller
from app.domain.entry import Draft, Entry, Idempotency, Kind
from app.domain.errors import NotFoundError
from app.ports import Ports


def erase(
    seq: int, reason: str, caller: Caller, ports: Ports, idempotency: Idempotency | None
) -> Entry:
    """Erase, and record in the same transaction who did and why; what it said is nowhere then.

    Raises NotFoundError when the entry has no such texts (any more), StoreError.
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
    draft = Draft(entry_id, Kind.PERSONAL_ERASED, caller.subject, body, erases=seq)
    return ports.log.append(draft, idempotency)
