"""Pointers: a stage or an alias of a model names one version, and every move is kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.digest import Digest
from app.domain.entry import Entry, Kind
from app.domain.errors import RollbackRefusedError


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where a stage or an alias points, since the entry that moved it there."""

    kind: Kind
    """PROMOTED, ROLLED_BACK or ALIAS_MOVED."""
    model: str
    """`namespace/name`."""
    name: str
    """The stage or the alias."""
    version: str
    release_digest: Digest
    previous: str | None
    """The version that was there before: demoted by the same entry."""
    decision_id: str | None
    """The allow that it rests on; None for an alias, which allows nothing."""
    note: str
    """Why; never empty for a rollback."""
    by: str
    at: int
    """Microseconds since the epoch."""
    seq: int
    """Place of the entry in the log: what the next move expects."""


class Check(StrEnum):
    """How a verification of what was put on a stage ended."""

    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Verification:
    """Somebody looked whether a version works on the stage on which it was put."""

    model: str
    """`namespace/name`."""
    stage: str
    version: str
    pointer_seq: int
    """The promotion or rollback that it is about: it says nothing of a later one."""
    check: Check
    summary: str
    by: str
    at: int
    """Microseconds since the epoch."""
    seq: int


@dataclass(frozen=True, slots=True)
class Residence:
    """A stage that points at a version now, since when, and how it was verified there last."""

    stage: str
    since: int
    """Microseconds since the epoch."""
    check: Check | None


def read_verification(entry: Entry) -> Verification:
    """Read a verification back from its entry."""
    body: dict[str, Any] = json.loads(entry.body)
    model = body["release"]["model"]
    return Verification(
        model=f"{model['namespace']}/{model['name']}",
        stage=body["name"],
        version=model["version"],
        pointer_seq=body["pointer_seq"],
        check=Check(body["check"]),
        summary=body["summary"],
        by=entry.actor,
        at=entry.at,
        seq=entry.seq,
    )


def read(entry: Entry) -> Pointer:
    """Read a pointer back from the entry that moved it."""
    body: dict[str, Any] = json.loads(entry.body)
    release = body["release"]
    return Pointer(
        kind=entry.kind,
        model=f"{release['model']['namespace']}/{release['model']['name']}",
        name=body["name"],
        version=release["model"]["version"],
        release_digest=Digest(release["digest"]),
        previous=body.get("previous"),
        decision_id=body.get("decision_id"),
        note=body["note"],
        by=entry.actor,
        at=entry.at,
        seq=entry.seq,
    )


def standing_at(history: Sequence[Pointer], moment: int) -> Pointer | None:
    """Tell where a pointer stood at a moment (microseconds since the epoch), the moment included.

    `history` is every move, oldest first.
    """
    until = [pointer for pointer in history if pointer.at <= moment]
    return until[-1] if until else None


def rollback_target(history: Sequence[Pointer], wanted: str | None) -> Pointer:
    """Choose where to roll back to: the version `wanted`, or else the one that was there before.

    Only a version that was on the stage before is known to be good, and one that was rolled
    back from is not, until it is promoted again. A rollback is never rolled back by itself:
    after one, somebody names the version. Raises RollbackRefusedError.
    """
    if not history:
        raise RollbackRefusedError("nothing was ever promoted to this stage")
    current = history[-1]
    if wanted is None and current.kind is Kind.ROLLED_BACK:
        message = f"{current.version} is there by a rollback: name the version to go back to"
        raise RollbackRefusedError(message)
    if wanted == current.version:
        raise RollbackRefusedError(f"{wanted} is on this stage already")
    failed = _failed(history)
    known = {pointer.version: pointer for pointer in history[:-1]}
    if wanted is not None and wanted not in known:
        raise RollbackRefusedError(
            f"{wanted} was never on this stage: only promotion puts it there"
        )
    if wanted in failed:
        message = f"{wanted} was itself rolled back from: only promotion puts it there again"
        raise RollbackRefusedError(message)
    if wanted is not None:
        return known[wanted]
    for pointer in reversed(history[:-1]):
        if pointer.version not in failed | {current.version}:
            return known[pointer.version]
    raise RollbackRefusedError("no other version was on this stage before")


def _failed(history: Sequence[Pointer]) -> set[str]:
    failed: set[str] = set()
    for pointer in history:
        failed.discard(pointer.version)
        if pointer.kind is Kind.ROLLED_BACK and pointer.previous is not None:
            failed.add(pointer.previous)
    return failed
