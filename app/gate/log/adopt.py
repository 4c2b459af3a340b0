"""Tell the log of a key of the gate, before anything leaves that is signed by it."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.attestations import adoption
from app.domain.attestations.adoption import GateKey
from app.domain.log import contention
from app.gate.record import GATE
from app.ports import Log


def adopt(key: GateKey, log: Log, new_id: Callable[[], str]) -> None:
    """Record the key as the one in use, unless the log says so already. Raises StoreError.

    Two gates that sign by two keys are both told of, in turns, as often as they sign.
    """

    def attempt() -> None:
        newest = log.at_place(key.place)
        if not adoption.is_told(key, newest):
            log.append(adoption.draft(new_id(), key, newest, GATE))

    contention.settled(attempt)
