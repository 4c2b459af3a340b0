"""HEAR: from a release to what people said of it that holds now: votes and waivers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from app.domain.approvals import break_glass, waiver
from app.domain.approvals.break_glass import BrokenGlass
from app.domain.approvals.components import Component, components
from app.domain.approvals.delegation import Delegation, Stead
from app.domain.approvals.delegation import read as read_delegation
from app.domain.approvals.held import Held
from app.domain.approvals.practice import ApproverSigner, Practice
from app.domain.approvals.standing import Approval, Subject, Vote
from app.domain.approvals.standing import standing as count
from app.domain.approvals.waiver import IgnoredWaiver, Waiver, WaiverState
from app.domain.caller import Caller, Scope
from app.domain.digest import Digest
from app.domain.entry import Entry, Kind, PlacedEntry
from app.domain.errors import StoreError
from app.domain.identity import tenancy
from app.domain.release import People, Release
from app.ports import Documents, Log

PLACES = 100
"""Places read at a time."""
WAIVERS = "waiver:"
"""How the places of all waivers begin."""
GLASS = "break_glass:"
"""How the places of all broken glass begin."""
DELEGATIONS_GIVEN = "delegation:by:"
"""How the places of all delegations begin, by who gave them."""


def held(  # noqa: PLR0913, PLR0917 - a release, and all where people's word on it stands
    release: Release,
    caller: Caller,
    practice: Practice,
    documents: Documents,
    log: Log,
    now: datetime,
) -> Held:
    """From a release to the votes and waivers that hold for it now. Raises StoreError.

    Everyone who ever submitted this release counts as its submitter, and everyone of whom a
    submission of it in this project ever said so had the part that it said.
    """
    on = Subject(
        release_digest=release.digest,
        model=f"{release.model.namespace}/{release.model.name}",
        version=release.model.version,
        stage=release.stage,
        risk_tier=release.risk_tier,
        components=components(release, practice.beside_weights, practice.revision),
    )
    earlier = _newest_of(on, log)
    recorded = {} if earlier is None else people(earlier, documents)
    parts = {
        duty: tuple(sorted({*recorded.get(duty, ()), *release.people.get(duty, ())}))
        for duty in sorted({*recorded, *release.people})
    }
    return of_subject(on, parts, {caller.subject}, practice, log, now)


def of_subject(  # noqa: PLR0913, PLR0917 - likewise
    on: Subject,
    parts: People,
    submitters: Iterable[str],
    practice: Practice,
    log: Log,
    now: datetime,
) -> Held:
    """From what votes are held against to the votes and waivers that hold. Raises StoreError."""
    second = int(now.timestamp())
    excluded = dict.fromkeys(log.submitters(on.release_digest) | set(submitters), "submitted")
    for duty in sorted(practice.excluded_duties(on.stage, on.risk_tier)):
        for person in parts.get(duty, ()):
            excluded.setdefault(person, duty)
    covering, ignored = _waivers(on, practice, log, second)
    return Held(
        on=on,
        people=parts,
        excluded=excluded,
        standing=count(votes(on, log), practice, on, excluded, second),
        waivers=covering,
        glass=_glass(on, log),
        ignored_waivers=ignored,
    )


def votes(on: Subject, log: Log) -> list[Approval]:
    """List the votes on these bytes, and on any others of the same version, oldest first."""
    entries = {entry.id: entry for entry in log.about(on.release_digest, Kind.APPROVAL)}
    entries |= {entry.id: entry for entry in placed(votes_of(on.model, on.version), log)}
    given = (approval(entry) for entry in entries.values() if _reaches(entry, on))
    return sorted(given, key=lambda vote: vote.seq)


def steads(person: str, on: Subject, log: Log, now: int) -> tuple[Stead, ...]:
    """List the roles in which a person may vote for others on this, at this second.

    Raises StoreError.
    """
    return lent(delegated(person, log), on, now)


def delegated(person: str, log: Log) -> tuple[Delegation, ...]:
    """List what others ever let a person do in their place. Raises StoreError."""
    given = (delegation(entry) for entry in placed(delegations_to(person), log))
    return tuple(one for one in given if one.delegate == person)


def lent(given: Iterable[Delegation], on: Subject, now: int) -> tuple[Stead, ...]:
    """Tell which of these delegations hold for this: as the roles of those who gave them did."""
    return tuple(
        stead
        for one in given
        if one.is_in_force(now) and one.scope.covers(tenancy.project_of(on.model), on.stage)
        for stead in one.steads()
    )


def delegations_to(person: str) -> str:
    """Name the places of the delegations that a person has."""
    return f"delegation:to:{person}:"


def delegations_by(person: str) -> str:
    """Name the places of the delegations that a person gave."""
    return f"{DELEGATIONS_GIVEN}{person}:"


def delegation(entry: Entry) -> Delegation:
    """Read a delegation back from its entry in the log."""
    return read_delegation(json.loads(entry.body))


def votes_of(model: str, version: str) -> str:
    """Name the places of the votes on one version of a model."""
    return f"vote:{model}:{version}:"


def waivers_of(model: str) -> str:
    """Name the places of the waivers of one model."""
    return f"{WAIVERS}{model}:"


def people(decision: Entry, documents: Documents) -> People:
    """Read who made and measured a release from the policy input of a decision on it."""
    sha256 = json.loads(decision.body)["input_sha256"]
    content = documents.read(Digest(sha256))
    if content is None:
        raise StoreError(f"the policy input of decision {decision.id} is not in the store")
    stated = json.loads(content)["release"].get("people", {})
    return {duty: tuple(who["subjects"]) for duty, who in stated.items()}


def subject(decision: Mapping[str, Any]) -> Subject:
    """Read what was decided on from a recorded decision: what a vote on it is given on."""
    release = decision["release"]
    model = release["model"]
    return Subject(
        release_digest=Digest(release["digest"]),
        model=f"{model['namespace']}/{model['name']}",
        version=model["version"],
        stage=release["stage"],
        risk_tier=release["risk_tier"],
        components={
            Component(name): digest for name, digest in decision.get("components", {}).items()
        },
    )


def approval(entry: Entry) -> Approval:
    """Read a vote back from its entry in the log."""
    body: dict[str, Any] = json.loads(entry.body)
    on = body.get("on", {})
    return Approval(
        subject=body["subject"],
        roles=frozenset(body["roles"]),
        vote=Vote(body["vote"]),
        on=Subject(
            release_digest=Digest(body["release_digest"]),
            model=on.get("model", ""),
            version=on.get("version", ""),
            stage=on.get("stage", ""),
            risk_tier=on.get("risk_tier", ""),
            components={Component(n): d for n, d in on.get("components", {}).items()},
        ),
        at=entry.at // 1_000_000,
        seq=entry.seq,
        instead_of=tuple(Stead(**stead) for stead in body.get("instead_of", ())),
        approval_id=body["approval_id"],
        signed_by=_signer(body),
    )


def _signer(vote: Mapping[str, Any]) -> ApproverSigner | None:
    if "statement" not in vote:
        return None
    said = vote["statement"]["signer"]
    domain, issuer, identity = said["trust_domain"], said["issuer"], said["identity"]
    return ApproverSigner(vote["subject"], domain, issuer, identity)


def _newest_of(on: Subject, log: Log) -> Entry | None:
    # What another project says of the same bytes takes nobody's vote away here.
    decided = log.latest(on.release_digest, Kind.DECISION)
    return next((entry for entry in decided if _is_of_project(entry, on)), None)


def _is_of_project(decision: Entry, on: Subject) -> bool:
    model = json.loads(decision.body)["release"]["model"]
    return bool(model["namespace"] == tenancy.project_of(on.model))


def glass_of(model: str) -> str:
    """Name the places of the broken glass of one model."""
    return f"{GLASS}{model}:"


def _glass(on: Subject, log: Log) -> tuple[BrokenGlass, ...]:
    entries = placed(glass_of(on.model), log)
    found = (break_glass.read(json.loads(entry.body)) for entry in entries)
    return tuple(glass for glass in found if glass.is_owed)


def _waivers(
    on: Subject, practice: Practice, log: Log, now: int
) -> tuple[tuple[Waiver, ...], tuple[IgnoredWaiver, ...]]:
    covering: list[Waiver] = []
    ignored: list[IgnoredWaiver] = []
    for entry in placed(waivers_of(on.model), log):
        read = waiver.read(json.loads(entry.body))
        if isinstance(read, IgnoredWaiver):
            ignored.append(read)
            continue
        is_over = read.state is not WaiverState.APPROVED or read.asked.expires_at <= now
        if is_over or not read.covers(on.release_digest, on.stage):
            continue
        why = waiver.fault(read, practice, on.risk_tier)
        if why is None:
            covering.append(read)
        else:
            ignored.append(IgnoredWaiver(read.waiver_id, why))
    return tuple(covering), tuple(ignored)


def _reaches(entry: Entry, on: Subject) -> bool:
    # A vote counts where the roles held that it was given in.
    body = json.loads(entry.body)
    scope = Scope(frozenset(body["projects"]), frozenset(body["stages"]))
    return scope.covers(tenancy.project_of(on.model), on.stage)


def placed(prefix: str, log: Log) -> Iterator[Entry]:
    """Give the entry that each place of this prefix points at, by name. Raises StoreError."""
    after = ""
    page: Sequence[PlacedEntry] | None = None
    while page is None or len(page) == PLACES:
        page = log.places(prefix, after=after, limit=PLACES)
        yield from (entry for _, entry in page)
        after = page[-1][0] if page else after
