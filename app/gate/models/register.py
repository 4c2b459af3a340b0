"""Register a version: from what a team says of it to a name that means these bytes for good."""

from __future__ import annotations

from app.domain.caller import Action, Caller
from app.domain.entry import Draft, Entry, Idempotency, Kind, Move
from app.domain.errors import (
    InvalidSubmissionError,
    MarkedError,
    NotFoundError,
    VersionConflictError,
)
from app.domain.log import contention
from app.domain.models import mark, places, version
from app.domain.models.mark import State
from app.domain.models.version import PARENT, BaseModel, Registration, Version
from app.domain.release import ModelVersion
from app.ports import Log, Ports


def register(
    asked: Registration, caller: Caller, ports: Ports, idempotency: Idempotency | None
) -> Entry:
    """Record a version under its name, once; the very same said again gives the same entry.

    Raises VersionConflictError when the version is registered with other bytes or another
    story, InvalidSubmissionError for a parent that is not registered, MarkedError for bytes
    that are under review or revoked.
    """
    caller.must_be_able_to(Action.REGISTER, asked.model.namespace)
    place = places.version(version.label(asked.model))

    def attempt() -> Entry:
        existing = ports.log.at_place(place)
        if existing is not None:
            return _same(existing, asked)
        _check_parent(asked, ports.log)
        return ports.log.append(_draft(asked, caller, ports), idempotency)

    return contention.settled(attempt)


def version_of(model: ModelVersion, log: Log) -> Version:
    """Find a registered version as it stands now. Raises NotFoundError, StoreError."""
    label = version.label(model)
    entry = log.at_place(places.version(label))
    if entry is None:
        raise NotFoundError(f"no version {label} is registered")
    return standing(entry, log)


def standing(entry: Entry, log: Log) -> Version:
    """From a registration to the version as it stands now."""
    registration = version.read(entry)
    newest = log.at_place(places.release(registration.release_digest)) or entry
    return Version(registration, entry.actor, entry.at, entry.seq, mark.state(newest), newest.seq)


def _same(existing: Entry, asked: Registration) -> Entry:
    known = version.read(existing)
    if known == asked:
        return existing
    label = version.label(asked.model)
    if known.release_digest != asked.release_digest:
        raise VersionConflictError(
            f"{label} is registered with the release digest {known.release_digest}, and never"
            f" with another: {asked.release_digest} is another version"
        )
    raise VersionConflictError(
        f"{label} is registered with this release digest, {known.release_digest}, and another"
        " story: a version is not changed"
    )


def _check_parent(asked: Registration, log: Log) -> None:
    if asked.parent is None:
        return
    parent = ModelVersion(asked.model.namespace, asked.model.name, asked.parent)
    label = version.label(parent)
    if asked.parent == asked.model.version or log.at_place(places.version(label)) is None:
        raise InvalidSubmissionError(f"no version {label} is registered before", pointer="/parent")


def _draft(asked: Registration, caller: Caller, ports: Ports) -> Draft:
    label, model = version.label(asked.model), version.name(asked.model)
    newest = ports.log.at_place(places.release(asked.release_digest))
    if mark.state(newest) is not State.CLEAR:
        raise MarkedError(f"the release {asked.release_digest} is {mark.state(newest)}")
    latest = ports.log.at_place(places.model(model))
    moves = [
        Move(places.version(label), None),
        Move(places.release(asked.release_digest), contention.seq(newest)),
        Move(places.model(model), contention.seq(latest)),
    ]
    bases = list(asked.base_models)
    if asked.parent is not None:
        bases.append(BaseModel(model, asked.parent, PARENT))
    edges = sorted({places.built_on(base, label) for base in bases})
    moves += [Move(edge, None) for edge in edges]
    entry_id = ports.new_id()
    named = {
        "namespace": asked.model.namespace,
        "name": asked.model.name,
        "version": asked.model.version,
    }
    body = {
        "registration_id": entry_id,
        "release": {"digest": asked.release_digest, "model": named},
        "registration": version.written(asked),
        "registered_by": caller.subject,
    }
    return Draft(
        id=entry_id,
        kind=Kind.VERSION_REGISTERED,
        actor=caller.subject,
        body=body,
        release_digest=asked.release_digest,
        model=model,
        moves=tuple(moves),
    )
