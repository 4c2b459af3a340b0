"""Promote: a recorded allow that still stands moves the stage to its version, at once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.domain.caller import Action, Caller
from app.domain.decision import Outcome, Point, lasts_until, outcome_at
from app.domain.entry import Draft, Entry, Idempotency, Kind, Move, microseconds
from app.domain.errors import MarkedError, NotAllowedError
from app.domain.log import contention
from app.domain.log.contention import Expected
from app.domain.log.question import Cursor, Field, Question, Term
from app.domain.models import places, pointer, version
from app.domain.models.mark import State
from app.domain.models.version import Version
from app.domain.release import ModelVersion
from app.gate.models import register
from app.ports import Log, Ports

_END = 2**53 - 1
"""Above every place in a log: with it a search counts nothing that nobody asked for."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """What is asked: this version on this stage, in place of what the caller saw there."""

    model: ModelVersion
    stage: str
    note: str
    expected: Expected | None
    """None if the caller did not say what it saw: then what is there now."""


def promote(
    asked: Promotion, caller: Caller, ports: Ports, idempotency: Idempotency | None
) -> Entry:
    """Move the stage to the version; the one that was there is demoted by the same entry.

    Raises NotFoundError for a version that is not registered, NotAllowedError unless the
    latest decision on it for this stage is an allow, MarkedError while its release is under
    review or revoked, MovedError (OvertakenError with `expected`) when somebody else moved
    the stage first.
    """
    caller.must_be_able_to(Action.PROMOTE, asked.model.namespace, asked.stage)
    made = ports.log.repeated(idempotency) if idempotency else None
    if made is not None:
        return made
    place = places.stage(version.name(asked.model), asked.stage)

    def attempt() -> Entry:
        return ports.log.append(_draft(asked, place, caller, ports), idempotency)

    return contention.settled(attempt, contested=place, expected=asked.expected)


def standing_allow(known: Version, stage: str, ports: Ports) -> dict[str, Any]:
    """Find the allow on which a version may go to a stage: its latest decision there.

    Raises NotAllowedError when there is none, when it is not an allow, and when it ran out.
    """
    label = version.label(known.registration.model)
    latest = latest_decision(known, stage, ports.log)
    if latest is None:
        message = f"no decision on {label} for {stage} is recorded with its release digest"
        raise NotAllowedError(message)
    body: dict[str, Any] = json.loads(latest.body)
    outcome = outcome_at(body, Point.PROMOTION)
    if outcome is not Outcome.ALLOW:
        said = f"{outcome} (decision {latest.id})"
        raise NotAllowedError(f"the latest decision on {label} for {stage} is {said}")
    if microseconds(ports.clock.now()) >= lasts_until(body, latest.at, ports.validity):
        age = timedelta(microseconds=microseconds(ports.clock.now()) - latest.at)
        days = ports.validity.days
        why = f"is over {days} days old" if age >= ports.validity else "rested on what is over"
        raise NotAllowedError(f"the decision on {label} for {stage} {why}")
    return body


def release_of(decision: dict[str, Any]) -> dict[str, Any]:
    """Name the release of a decision as a pointer does."""
    named = decision["release"]
    return {name: named[name] for name in ("digest", "model", "stage", "risk_tier")}


def latest_decision(known: Version, stage: str, log: Log) -> Entry | None:
    """Find the latest decision on a version for a stage, whatever it was."""
    model = known.registration.model
    terms = (
        Term(Field.DIGEST, known.registration.release_digest),
        Term(Field.VERSION, model.version),
        Term(Field.MODEL, version.name(model)),
        Term(Field.STAGE, stage),
        Term(Field.KIND, Kind.DECISION),
    )
    found = log.search(Question(terms), Cursor(_END - 1, _END), 1).entries
    return found[0] if found else None


def must_be_clear(known: Version) -> None:
    """Raise MarkedError while the version's release is under review or revoked."""
    if known.state is not State.CLEAR:
        label = version.label(known.registration.model)
        said = {State.UNDER_REVIEW: "under review", State.REVOKED: "revoked"}[known.state]
        raise MarkedError(f"the release of {label} is {said}: {known.registration.release_digest}")


def _draft(asked: Promotion, place: str, caller: Caller, ports: Ports) -> Draft:
    known = register.version_of(asked.model, ports.log)
    must_be_clear(known)
    decision = standing_allow(known, asked.stage, ports)
    there = ports.log.at_place(place)
    previous = pointer.read(there) if there else None
    seen = contention.seq(there)
    if asked.expected is not None:
        seen = asked.expected.seq
    elif previous is not None and previous.version == asked.model.version:
        raise NotAllowedError(f"{version.label(asked.model)} is on {asked.stage} already")
    entry_id = ports.new_id()
    body = {
        "pointer_id": entry_id,
        "name": asked.stage,
        "release": release_of(decision),
        "previous": previous and previous.version,
        "decision_id": decision["decision_id"],
        "note": asked.note,
        "by": caller.subject,
    }
    return Draft(
        id=entry_id,
        kind=Kind.PROMOTED,
        actor=caller.subject,
        body={name: value for name, value in body.items() if value is not None},
        release_digest=known.registration.release_digest,
        model=version.name(asked.model),
        stage=asked.stage,
        # The release's own place too: whoever marks it at this moment wins or waits.
        moves=(
            Move(place, seen),
            Move(places.release(known.registration.release_digest), known.state_seq),
        ),
    )
