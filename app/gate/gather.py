"""GATHER: from a release to what the log holds about it: precedent, references, marks."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.canonical import pointer
from app.domain.decision import Outcome, Point, outcome_at
from app.domain.digest import Digest
from app.domain.entry import Entry, Kind, Move
from app.domain.errors import InvalidSubmissionError
from app.domain.evidence import CardReading, Unread
from app.domain.models import mark, places, version
from app.domain.models import pointer as pointers
from app.domain.models.mark import Ancestor, Marks, State
from app.domain.models.pointer import Residence
from app.domain.models.version import BaseModel
from app.domain.precedent import Baseline, Precedent
from app.domain.release import Document, Evidence, Release
from app.ports import Documents, Log

MOST_STAGES = 100
"""Stages of one model that are looked at."""
MOST_ANCESTORS = 100
"""Ancestors that are followed: with more, the marks are not whole, and policy denies."""


def precedent(release: Release, log: Log) -> Precedent:
    """From the log's decisions to what was released of this model before. Raises StoreError."""
    model = f"{release.model.namespace}/{release.model.name}"
    target = release.rollback
    return Precedent(
        is_first=log.is_first(model, release.stage, release.digest),
        is_rollback_released=target is not None
        and log.released(model, release.stage, target.release_digest),
        residences=tuple(_residences(release, model, log)),
    )


def baseline(release: Release, log: Log, documents: Documents) -> Baseline | None:
    """From the log to the version that is live on the stage, with the reports it was allowed with.

    Live is what was promoted last or, without a promotion, what was allowed last, but never
    the release itself. What was allowed at some points alone is live only once it was promoted:
    else a rule that is advisory there would lower, release by release, what the next is held
    against. None if nothing else was released, or its evidence cannot be found
    again. Raises StoreError.
    """
    decided = _live_decision(release, log)
    if decided is None:
        return None
    body: dict[str, Any] = json.loads(decided.body)
    listed = body["evidence"].get("manifest")
    manifest = None if listed is None else documents.read(Digest(listed))
    if manifest is None:
        return None
    found = [_evidence_again(piece, documents) for piece in json.loads(manifest)["evaluations"]]
    recorded = body["release"]
    return Baseline(
        release_digest=Digest(recorded["digest"]),
        version=recorded["model"]["version"],
        evaluations=tuple(evidence for evidence in found if evidence is not None),
    )


def references(release: Release, log: Log) -> tuple[Move, ...]:
    """From the release's references to the places in the log that will lead to this release.

    A place moves only when it led elsewhere, so that it tells since when a reference is known.
    Raises InvalidSubmissionError for a reference of another model, StoreError.
    """
    moves: dict[str, Move] = {}
    model = {"namespace": release.model.namespace, "name": release.model.name}
    for index, reference in enumerate(release.references):
        claim = log.at_place(reference.place)
        known = None if claim is None else json.loads(claim.body)["release"]
        if known is not None and {**known["model"], **model} != known["model"]:
            # Else one team could have another's deployments refused, or take its name.
            owner = _owner(known["model"], release.model.namespace)
            message = f"{reference.uri} was recorded for {owner}"
            raise InvalidSubmissionError(message, pointer=pointer("references", index))
        if known is None or known["digest"] != release.digest:
            moves[reference.place] = Move(reference.place, claim.seq if claim else None)
    return tuple(moves.values())


def marks(release: Release, card: CardReading | None, log: Log) -> Marks:
    """From what a version and its card say it was made from to the marks in the log.

    Only ancestors that are registered here have marks; a base model of others is known by
    its id alone, which policy data lists. Raises StoreError.
    """
    ancestors, is_whole = _ancestors([*_registered(release, log), *_named(card)], log)
    target = release.rollback
    return Marks(
        release=_state(release.digest, log),
        rollback=None if target is None else _state(target.release_digest, log),
        ancestors=ancestors,
        is_whole=is_whole,
    )


def _live_decision(release: Release, log: Log) -> Entry | None:
    model = f"{release.model.namespace}/{release.model.name}"
    placed = log.at_place(f"stage:{model}:{release.stage}")
    live = None if placed is None else json.loads(placed.body)["entry"].get("release_digest")
    if live is None or live == release.digest:
        return log.last_released(model, release.stage, besides=release.digest)
    decided = log.latest(Digest(live), Kind.DECISION)
    return next(
        (e for e in decided if _is_allow_of(json.loads(e.body), model, release.stage)), None
    )


def _is_allow_of(body: Mapping[str, Any], model: str, stage: str) -> bool:
    # What is live was promoted: an allow at that point is what it rests on.
    columns, expected = body["entry"], {"model": model, "stage": stage}
    is_allow = outcome_at(body, Point.PROMOTION) is Outcome.ALLOW
    return is_allow and {**columns, **expected} == columns


def _evidence_again(piece: Mapping[str, Any], documents: Documents) -> Evidence | None:
    files = []
    for named in piece["files"]:
        sha256 = Digest(named["sha256"])
        content = documents.read(sha256)
        if content is None:
            return None
        files.append(Document(named["name"], sha256, content))
    return Evidence(tuple(files), piece["format"], "")


def _state(release: Digest, log: Log) -> State:
    return mark.state(log.at_place(places.release(release)))


def _registered(release: Release, log: Log) -> tuple[BaseModel, ...]:
    entry = log.at_place(places.version(version.label(release.model)))
    return () if entry is None else version.bases(version.read(entry))


def _named(card: CardReading | None) -> Iterator[BaseModel]:
    if card is not None and not isinstance(card.card, Unread):
        for base in card.card.base_models:
            yield BaseModel(base.id, base.revision, base.relation)


def _ancestors(bases: list[BaseModel], log: Log) -> tuple[tuple[Ancestor, ...], bool]:
    found: dict[str, Ancestor] = {}
    waiting = deque(bases)
    while waiting:
        base = waiting.popleft()
        label = f"{base.id}:{base.revision}"
        if label in found or version.split(label) is None:
            continue
        entry = log.at_place(places.version(label))
        if entry is None:
            continue
        if len(found) == MOST_ANCESTORS:
            return tuple(found.values()), False
        registration = version.read(entry)
        found[label] = Ancestor(label, _state(registration.release_digest, log))
        waiting.extend(version.bases(registration))
    return tuple(found.values()), True


def _residences(release: Release, model: str, log: Log) -> Iterator[Residence]:
    for _, entry in log.places(places.stages(model), limit=MOST_STAGES):
        there = pointers.read(entry)
        if (there.version, there.release_digest) == (release.model.version, release.digest):
            verified = log.at_place(places.verification(model, there.name))
            said = None if verified is None else pointers.read_verification(verified)
            is_about_it = said is not None and said.pointer_seq == there.seq
            yield Residence(there.name, there.at, said.check if said and is_about_it else None)


def _owner(model: Mapping[str, str], project: str) -> str:
    # Whose it is, is told within the project alone.
    if model["namespace"] != project:
        return "a model of another project"
    return f"{model['namespace']}/{model['name']}"
