"""GATHER: from a release to the approvals that hold for its digest now."""

from __future__ import annotations

import json
from typing import Any

from app.domain.caller import Caller, Scope
from app.domain.canonical import pointer
from app.domain.digest import Digest
from app.domain.entry import Entry, Kind, Move
from app.domain.errors import InvalidSubmissionError
from app.domain.precedent import Precedent
from app.domain.release import Release
from app.domain.standing import Approval, Standing, Vote
from app.domain.standing import standing as count
from app.ports import Log, PolicyEngine


def standing(release: Release, caller: Caller, engine: PolicyEngine, log: Log) -> Standing:
    """From the log's votes and policy's quorum to who fills which seat.

    Everyone who ever submitted this release counts as its submitter; a vote counts where
    the roles held that it was given in. Raises PolicyEngineError, StoreError.
    """
    given = log.about(release.digest, Kind.APPROVAL)
    votes = (approval(entry) for entry in given if _reaches(entry, release))
    earlier = log.submitters(release.digest)
    quorum = engine.quorum(release.stage, release.risk_tier)
    return count(votes, quorum, release.digest, earlier | {caller.subject})


def precedent(release: Release, log: Log) -> Precedent:
    """From the log's decisions to what was released of this model before. Raises StoreError."""
    model = f"{release.model.namespace}/{release.model.name}"
    target = release.rollback
    return Precedent(
        is_first=log.is_first(model, release.stage, release.digest),
        is_rollback_released=target is not None
        and log.released(model, release.stage, target.release_digest),
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
            owner = f"{known['model']['namespace']}/{known['model']['name']}"
            message = f"{reference.uri} was recorded for {owner}"
            raise InvalidSubmissionError(message, pointer=pointer("references", index))
        if known is None or known["digest"] != release.digest:
            moves[reference.place] = Move(reference.place, claim.seq if claim else None)
    return tuple(moves.values())


def approval(entry: Entry) -> Approval:
    """Read a vote back from its entry in the log."""
    body: dict[str, Any] = json.loads(entry.body)
    return Approval(
        subject=body["subject"],
        roles=frozenset(body["roles"]),
        vote=Vote(body["vote"]),
        release_digest=Digest(body["release_digest"]),
        comment=body["comment"],
        at=entry.at // 1_000_000,
        seq=entry.seq,
    )


def _reaches(entry: Entry, release: Release) -> bool:
    body = json.loads(entry.body)
    scope = Scope(frozenset(body["projects"]), frozenset(body["stages"]))
    return scope.covers(release.model.namespace, release.stage)
