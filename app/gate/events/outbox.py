"""Tell events: an outbox that is the log itself, and a place in it for each subscriber.

Nothing is queued beside the log. The place `events:<name>` points at the entry that says how far
a subscriber has been told; it moves after an event was taken, never before, so that an event is
told again rather than lost. What was tried too often is put aside at a place of its own, where
an operator sees it and sends it again. Telling never decides: it only repeats what was recorded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.domain.caller import Caller
from app.domain.entry import Draft, Entry, Kind, Move
from app.domain.errors import NotFoundError
from app.domain.events import envelope, subscriber
from app.domain.events.envelope import Source
from app.domain.events.subscriber import Delivery, Subscriber
from app.domain.log.question import Cursor, Question
from app.ports import Log, Ports

ACTOR = "countersign"
BATCH = 100
_PAGE = 100
_END = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Told:
    """How far a subscriber has been told, and what stopped it."""

    through: int
    """The last entry that needs no more telling; -1 before the first."""
    has_more: bool
    failed: tuple[int, Delivery] | None
    """The entry that was not taken, and why."""


def subscribe(to: Subscriber, ports: Ports) -> None:
    """Note from where on a subscriber is told: from now, unless it has been told before.

    Raises StoreError, and MovedError when another gate has noted it.
    """
    if ports.log.at_place(to.place) is None:
        # Whoever subscribes hears of what comes, not of all that ever was.
        body = {"subscriber": to.name, "through": _newest(ports.log), "delivered": 0}
        _record(Kind.EVENTS_DELIVERED, body, (Move(to.place, None),), ports)


def deliver(to: Subscriber, ports: Ports) -> Told:
    """Tell a subscriber of what it has not heard, in order, up to what is not taken.

    Raises NotFoundError for who has not subscribed, StoreError, and MovedError when another
    gate told it at the same time.
    """
    cursor = ports.log.at_place(to.place)
    if cursor is None:
        raise NotFoundError(f"{to.name} has not subscribed")
    begun = through = int(_body(cursor)["through"])
    entries = ports.log.scan(Question(), through + 1, _END, BATCH)
    taken, failed = 0, None
    for entry in entries:
        delivery = _send(entry, to, ports)
        if delivery is not None and not delivery.is_taken:
            failed = (entry.seq, delivery)
            break
        through = entry.seq
        taken += delivery is not None
    if taken or through - begun >= BATCH:
        body = {"subscriber": to.name, "through": through, "delivered": taken}
        _record(Kind.EVENTS_DELIVERED, body, (Move(to.place, cursor.seq),), ports)
    return Told(through, failed is None and len(entries) == BATCH, failed)


def put_aside(to: Subscriber, seq: int, attempts: int, last: Delivery, ports: Ports) -> None:
    """Put an event aside that was tried often enough, and go on behind it.

    Raises StoreError, and MovedError when another gate was there first.
    """
    cursor = ports.log.at_place(to.place)
    if cursor is None or _body(cursor)["through"] >= seq:
        return
    body = {
        "subscriber": to.name,
        "through": seq,
        "event_seq": seq,
        "attempts": attempts,
        "status": last.status,
        "message": last.message,
    }
    moves = (Move(to.place, cursor.seq), Move(subscriber.letter(to.name, seq), None))
    _record(Kind.EVENT_UNDELIVERED, body, moves, ports)


def resend(name: str, seq: int, caller: Caller, ports: Ports) -> Delivery:
    """Send an event again that was put aside; once it is taken, that is recorded.

    Raises NotFoundError, StoreError, and MovedError when somebody else has sent it.
    """
    place = subscriber.letter(name, seq)
    aside = ports.log.at_place(place)
    to = next((one for one in ports.subscribers if one.name == name), None)
    if to is None:
        raise NotFoundError(f"no subscriber {name[:80]!r}")
    if aside is None or aside.kind is not Kind.EVENT_UNDELIVERED:
        raise NotFoundError(f"no event {seq} that {name} has not been told")
    (entry,) = ports.log.scan(Question(), seq, seq + 1, 1)
    delivery = _send(entry, to, ports) or Delivery(
        is_taken=False, status=None, message="the subscriber no longer wants events of this kind"
    )
    if delivery.is_taken:
        body = {"subscriber": name, "event_seq": seq}
        _record(Kind.EVENT_RESENT, body, (Move(place, aside.seq),), ports, caller.subject)
    return delivery


def undelivered(log: Log, name: str) -> Iterator[Entry]:
    """List what is put aside for a subscriber, oldest first. Raises StoreError."""
    after = ""
    while found := log.places(f"undelivered:{name}/", after=after, limit=_PAGE):
        for place, entry in found:
            after = place
            if entry.kind is Kind.EVENT_UNDELIVERED:
                yield entry


def standing(ports: Ports) -> list[dict[str, Any]]:
    """Tell of each subscriber how far it has been told, and what is put aside."""
    newest = _newest(ports.log)
    told = []
    for to in ports.subscribers:
        cursor = ports.log.at_place(to.place)
        through = newest if cursor is None else int(_body(cursor)["through"])
        # What telling itself recorded, and what it does not want, is nothing to be told.
        waiting = sum(to.wants(e) for e in ports.log.scan(Question(), through + 1, _END, BATCH))
        members = {
            "name": to.name,
            "url": to.url.partition("?")[0],
            "form": to.form.value,
            "kinds": sorted(kind.value for kind in to.kinds),
            "through": through,
            "waiting": waiting,
            "undelivered": [_letter(entry) for entry in undelivered(ports.log, to.name)],
        }
        told.append(members)
    return told


def _send(entry: Entry, to: Subscriber, ports: Ports) -> Delivery | None:
    # None where the subscriber is not to hear of the entry.
    if not to.wants(entry):
        return None
    told = envelope.event(entry, to.form, Source(ports.verifier.id, ports.address))
    return None if told is None else ports.courier.send(told, to)


def _newest(log: Log) -> int:
    found = log.search(Question(), Cursor(before=_END - 1, high=_END), 1)
    return found.entries[0].seq if found.entries else -1


def _record(
    kind: Kind,
    body: dict[str, Any],
    moves: tuple[Move, ...],
    ports: Ports,
    actor: str = ACTOR,
) -> None:
    ports.log.append(Draft(ports.new_id(), kind, actor, body, moves=moves))


def _letter(entry: Entry) -> dict[str, Any]:
    body = _body(entry)
    names = ("event_seq", "attempts", "status", "message", "at")
    return {name: body[name] for name in names}


def _body(entry: Entry) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(entry.body)
    return body
