"""Mark a release: under review, clear again, or revoked for good; and state what is revoked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.domain.caller import Action, Caller
from app.domain.canonical import canonical_json
from app.domain.digest import Digest
from app.domain.entry import Draft, Entry, Idempotency, Kind, Move
from app.domain.errors import ForbiddenError, MarkedError, NotFoundError
from app.domain.identity import tenancy
from app.domain.log import contention
from app.domain.models import mark as marks
from app.domain.models import places, revocations, version
from app.domain.models.incident import Incident
from app.domain.models.mark import Mark, State
from app.domain.release import ModelVersion
from app.gate.models import register
from app.ports import Log, Ports

PIECE = 500


@dataclass(frozen=True, slots=True)
class SignedRevocations:
    """The list of what is revoked, signed by the gate, and the tag under which it is cached."""

    bundle: bytes
    etag: str
    fresh_for: timedelta


def mark(  # noqa: PLR0913, PLR0917 - a mark, who sets it, and the world
    release: Digest,
    state: State,
    reason: str,
    caller: Caller,
    ports: Ports,
    idempotency: Idempotency | None,
) -> Entry:
    """Record a mark on the bytes of a release, whatever versions have them.

    Raises ForbiddenError, NotFoundError for bytes the gate never heard of, MarkedError when
    they are revoked already or there is no mark to clear, StoreError.
    """
    caller.must_be_able_to(Action.REVOKE)
    return _marked(release, {"state": state.value, "reason": reason}, caller, ports, idempotency)


def report(incident: Incident, caller: Caller, ports: Ports) -> Entry:
    """Mark a release because of an event; the same event again gives the same entry.

    Raises as `mark`, and ForbiddenError when it revokes and the caller may not revoke.
    """
    revokes = incident.state is State.REVOKED
    caller.must_be_able_to(Action.REVOKE if revokes else Action.REPORT_INCIDENT)
    about = incident.about
    if isinstance(about, ModelVersion):
        tenancy.must_see_project(caller, about.namespace, f"version {version.label(about)}")
        about = register.version_of(about, ports.log).registration.release_digest
    event = {
        "id": incident.id,
        "source": incident.source,
        "type": incident.type,
        "time": incident.time,
        "severity": incident.severity,
    }
    said = {
        "state": incident.state.value,
        "reason": incident.summary,
        "incident": {name: value for name, value in event.items() if value is not None},
    }
    # CloudEvents 1.0 section 3.1: source and id together name one event.
    named = Digest.of(canonical_json([incident.source, incident.id]))
    key = Idempotency(caller.subject, f"event-{named}", Digest.of(canonical_json([about, said])))
    return _marked(about, said, caller, ports, key)


def state_of(release: Digest, log: Log) -> State:
    """Tell the mark that a release has now; clear if it has none. Raises StoreError."""
    return marks.state(log.at_place(places.release(release)))


def revoked(log: Log) -> tuple[Mark, ...]:
    """List every revoked release, by digest. Raises StoreError."""
    found: list[Mark] = []
    after = ""
    while page := log.places(places.REVOCATIONS, after=after, limit=PIECE):
        found += [marks.read(entry) for _, entry in page]
        after = page[-1][0]
    return tuple(found)


def signed_revocations(ports: Ports) -> SignedRevocations:
    """Sign the list of what is revoked, as of now. Raises AttestorError, StoreError.

    The tag stays for an hour unless something is revoked: what a cache has until then says the
    same, and may be believed for longer than that.
    """
    issued = ports.clock.now()
    listed = revoked(ports.log)
    statement = revocations.statement(listed, ports.verifier, issued)
    newest = max((one.seq for one in listed), default=-1)
    etag = f"{newest + 1}-{int(_hour(issued).timestamp())}"
    bundle = ports.attestor.attest(canonical_json(statement))
    return SignedRevocations(bundle, etag, revocations.FRESH_FOR)


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def _models(release: Digest, log: Log) -> set[str]:
    named = [*log.about(release, Kind.VERSION_REGISTERED), *log.latest_of_each(release)]
    return {json.loads(entry.body)["entry"]["model"] for entry in named}


def _must_mark(release: Digest, models: set[str], caller: Caller) -> None:
    projects = {tenancy.project_of(model) for model in models}
    if not any(caller.scope.covers_project(project) for project in projects):
        raise NotFoundError(f"no release with the digest {release} was registered or submitted")
    # Who could mark what is another project's too, would stop that project's releases.
    if not all(caller.scope.covers_project(project) for project in projects):
        message = f"others have the release {release} too: this needs every project that has it"
        raise ForbiddenError(message)


def _marked(
    release: Digest,
    said: dict[str, Any],
    caller: Caller,
    ports: Ports,
    idempotency: Idempotency | None,
) -> Entry:
    made = ports.log.repeated(idempotency) if idempotency else None
    if made is not None:
        return made

    def attempt() -> Entry:
        return ports.log.append(_draft(release, said, caller, ports), idempotency)

    return contention.settled(attempt)


def _draft(release: Digest, said: dict[str, Any], caller: Caller, ports: Ports) -> Draft:
    state = State(said["state"])
    models = _models(release, ports.log)
    _must_mark(release, models, caller)
    newest = ports.log.at_place(places.release(release))
    current = marks.state(newest)
    if current is State.REVOKED:
        raise MarkedError(f"the release {release} is revoked for good")
    if current is state is State.CLEAR:
        raise MarkedError(f"the release {release} has no mark that could be cleared")
    versions = [version.read(e) for e in ports.log.about(release, Kind.VERSION_REGISTERED)]
    moves = [Move(places.release(release), contention.seq(newest))]
    if state is State.REVOKED:
        moves.append(Move(places.revoked(release), None))
    entry_id = ports.new_id()
    body = {
        "mark_id": entry_id,
        "release_digest": release,
        "versions": sorted(version.label(one.model) for one in versions),
        "by": caller.subject,
        **said,
    }
    return Draft(
        id=entry_id,
        kind=Kind.RELEASE_MARKED,
        actor=caller.subject,
        body=body,
        release_digest=release,
        model=min(models),
        outcome=state.value,
        moves=tuple(moves),
    )
