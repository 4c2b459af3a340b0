"""Verify a stage: somebody looked whether what was put there works, and says so."""

from __future__ import annotations

import json
from dataclasses import dataclass

from app.domain.caller import Action, Caller
from app.domain.digest import Digest
from app.domain.entry import Draft, Entry, Idempotency, Kind, Move
from app.domain.errors import NotFoundError
from app.domain.identity import tenancy
from app.domain.log import contention
from app.domain.models import places
from app.domain.models.pointer import Check, Verification, read_verification
from app.ports import Ports


@dataclass(frozen=True, slots=True)
class Looked:
    """What is said: how the version that is on the stage does there."""

    model: str
    """`namespace/name`."""
    stage: str
    check: Check
    summary: str


def verify_stage(
    said: Looked, caller: Caller, ports: Ports, idempotency: Idempotency | None
) -> Entry:
    """Record how what is on the stage now does there; it counts until the stage moves.

    Raises ForbiddenError, NotFoundError when nothing is there, StoreError.
    """
    project = tenancy.project_of(said.model)
    caller.must_be_able_to(Action.PROMOTE, project, said.stage)

    def attempt() -> Entry:
        return ports.log.append(_draft(said, caller, ports), idempotency)

    return contention.settled(attempt)


def verifications(model: str, stage: str, caller: Caller, ports: Ports) -> tuple[Verification, ...]:
    """List every verification on a stage of a model, oldest first."""
    tenancy.must_see_project(caller, tenancy.project_of(model), f"version of {model} is registered")
    found = ports.log.moves(places.verification(model, stage))
    return tuple(read_verification(entry) for entry in found)


def _draft(said: Looked, caller: Caller, ports: Ports) -> Draft:
    there = ports.log.at_place(places.stage(said.model, said.stage))
    if there is None:
        raise NotFoundError(f"no version is on {said.stage} of {said.model}")
    entry_id = ports.new_id()
    where = places.verification(said.model, said.stage)
    pointed = json.loads(there.body)
    body = {
        "verification_id": entry_id,
        "name": said.stage,
        "release": pointed["release"],
        "pointer_seq": there.seq,
        "check": said.check.value,
        "summary": said.summary,
        "by": caller.subject,
    }
    return Draft(
        id=entry_id,
        kind=Kind.STAGE_VERIFIED,
        actor=caller.subject,
        body=body,
        release_digest=Digest(pointed["release"]["digest"]),
        model=said.model,
        stage=said.stage,
        outcome=said.check.value,
        moves=(Move(where, contention.seq(ports.log.at_place(where))),),
    )
