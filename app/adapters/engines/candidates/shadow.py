"""A candidate beside the active engine: asked on live decisions, heard by nobody but the record.

The active engine answers first and alone. Then the same document is put into a queue for
the candidate; a full queue drops it, so the candidate can neither delay nor change, nor
by an error prevent, any answer.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from app.domain.approvals.practice import Practice
from app.domain.canonical import canonical_json
from app.domain.decision import EngineIdentity, Outcome, Verdict
from app.domain.digest import Digest
from app.domain.errors import PolicyEngineError
from app.ports import PolicyEngine

WAITING = 64
"""Documents that may wait for the candidate."""


class Comparison(StrEnum):
    """What became of one document that the candidate was to see."""

    SAME = "same"
    DIFFERENT = "different"
    FAILED = "failed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Difference:
    """One document of which the candidate says something else than the active policies."""

    input_sha256: Digest
    active_revision: str
    candidate_revision: str
    active: Outcome
    candidate: Outcome
    added: tuple[str, ...]
    """Codes that only the candidate gives."""
    removed: tuple[str, ...]
    """Codes that only the active policies give."""
    release: Mapping[str, Any]
    """What the document says of the release: the model, the digest, the stage."""


class ShadowRecord(Protocol):
    """Where comparisons go."""

    def count(self, comparison: Comparison) -> None:
        """Count what became of one document."""

    def keep(self, difference: Difference) -> None:
        """Keep one difference."""

    def keep_failure(self, error: PolicyEngineError) -> None:
        """Keep why the candidate gave no verdict."""


class ShadowedEngine:
    """The active engine, whose every verdict is compared with a candidate's afterwards."""

    def __init__(self, active: PolicyEngine, candidate: PolicyEngine, record: ShadowRecord) -> None:
        """Take both engines, which this one closes; the candidate should be another process."""
        self._active = active
        self._candidate = candidate
        self._record = record
        self._owner = os.getpid()
        self._waiting: queue.Queue[tuple[Mapping[str, Any], Verdict] | None] = queue.Queue(WAITING)
        self._worker = threading.Thread(
            target=self._compare, name="countersign-shadow", daemon=True
        )
        self._worker.start()

    @property
    def identity(self) -> EngineIdentity:
        """The active engine."""
        return self._active.identity

    def practice(self) -> Practice:
        """Tell how the organisation approves, as the active policy data states."""
        return self._active.practice()

    def evaluate(self, document: Mapping[str, Any]) -> Verdict:
        """Evaluate the active policies, and nothing else. Raises PolicyEngineError."""
        verdict = self._active.evaluate(document)
        # A forked worker has no thread that would empty the queue.
        if os.getpid() == self._owner:
            try:
                self._waiting.put_nowait((document, verdict))
            except queue.Full:
                self._record.count(Comparison.DROPPED)
        return verdict

    def ping(self) -> str:
        """Tell the active policy revision. Raises PolicyEngineError."""
        return self._active.ping()

    def close(self) -> None:
        """Close both engines; what still waits for the candidate is dropped."""
        self._active.close()
        self._candidate.close()
        if os.getpid() == self._owner and self._worker.is_alive():
            self._drop_waiting()
            self._waiting.put(None)
            self._worker.join()

    def _drop_waiting(self) -> None:
        while True:
            try:
                self._waiting.get_nowait()
            except queue.Empty:
                return
            self._record.count(Comparison.DROPPED)

    def _compare(self) -> None:
        while (waiting := self._waiting.get()) is not None:
            document, active = waiting
            try:
                candidate = self._candidate.evaluate(document)
            except PolicyEngineError as error:
                self._record.count(Comparison.FAILED)
                self._record.keep_failure(error)
                continue
            if _says(candidate) == _says(active):
                self._record.count(Comparison.SAME)
            else:
                self._record.count(Comparison.DIFFERENT)
                self._record.keep(_difference(document, active, candidate))


def _says(verdict: Verdict) -> tuple[object, ...]:
    return verdict.outcome, verdict.reasons, verdict.warnings


def _difference(document: Mapping[str, Any], active: Verdict, candidate: Verdict) -> Difference:
    before = {reason.code for reason in active.reasons}
    after = {reason.code for reason in candidate.reasons}
    return Difference(
        input_sha256=Digest.of(canonical_json(document)),
        active_revision=active.policy_revision,
        candidate_revision=candidate.policy_revision,
        active=active.outcome,
        candidate=candidate.outcome,
        added=tuple(sorted(after - before)),
        removed=tuple(sorted(before - after)),
        release=document.get("release", {}),
    )
