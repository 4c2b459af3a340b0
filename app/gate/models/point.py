"""Point an alias at a version. An alias names; it allows nothing."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.caller import Action, Caller
from app.domain.entry import Draft, Entry, Idempotency, Kind, Move
from app.domain.log import contention
from app.domain.log.contention import Expected
from app.domain.models import places, pointer, version
from app.domain.release import ModelVersion
from app.gate.models import promote, register
from app.ports import Ports


@dataclass(frozen=True, slots=True)
class Alias:
    """What is asked: this name for this version, in place of what the caller saw."""

    model: ModelVersion
    name: str
    note: str
    expected: Expected | None


def point(asked: Alias, caller: Caller, ports: Ports, idempotency: Idempotency | None) -> Entry:
    """Move the alias to a registered version that is neither under review nor revoked.

    Raises NotFoundError, MarkedError, MovedError (OvertakenError with `expected`), StoreError.
    """
    # A deployer of one stage alone moves no alias, unless its scope names that too.
    caller.must_be_able_to(Action.PROMOTE, asked.model.namespace, asked.name)
    place = places.alias(version.name(asked.model), asked.name)

    def attempt() -> Entry:
        return ports.log.append(_draft(asked, place, caller, ports), idempotency)

    return contention.settled(attempt, contested=place, expected=asked.expected)


def _draft(asked: Alias, place: str, caller: Caller, ports: Ports) -> Draft:
    known = register.version_of(asked.model, ports.log)
    promote.must_be_clear(known)
    there = ports.log.at_place(place)
    previous = pointer.read(there) if there else None
    seen = contention.seq(there)
    entry_id = ports.new_id()
    model, digest = asked.model, known.registration.release_digest
    named = {"namespace": model.namespace, "name": model.name, "version": model.version}
    body = {
        "pointer_id": entry_id,
        "name": asked.name,
        "release": {"digest": digest, "model": named},
        "previous": previous and previous.version,
        "note": asked.note,
        "by": caller.subject,
    }
    return Draft(
        id=entry_id,
        kind=Kind.ALIAS_MOVED,
        actor=caller.subject,
        body={name: value for name, value in body.items() if value is not None},
        release_digest=digest,
        model=version.name(model),
        moves=(
            Move(place, seen if asked.expected is None else asked.expected.seq),
            Move(places.release(digest), known.state_seq),
        ),
    )
