"""The engine on those policies that were activated last, whichever process recorded it.

The kind of engine is chosen at start and stays. Its policies are those of the latest
activation in the log; as long as there is none, those of the folder that the gate was given.
Policies that were activated and cannot be run are an error: nothing is decided by others.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from app.adapters.engines.delivery import sources
from app.adapters.engines.policy_folder import PolicyFolder
from app.domain.approvals.practice import Practice
from app.domain.decision import EngineIdentity, Verdict
from app.domain.errors import PolicyEngineError
from app.domain.rollout.activation import Activation
from app.gate.rollout import activate
from app.ports import Documents, Log, PolicyEngine

Active = Callable[[], Activation | None]
"""Finds the latest activation, or None while there is none. Raises StoreError."""
Start = Callable[[Activation | None], PolicyEngine]
"""Starts an engine on activated policies, or on the folder's for None.

Raises PolicyEngineError, StoreError.
"""


class ActivatedPolicies:
    """The policies that were activated last, and their sources."""

    def __init__(self, log: Log, documents: Documents) -> None:
        """Take where activations are recorded and sources are kept."""
        self._log = log
        self._documents = documents

    def now(self) -> Activation | None:
        """Find the latest activation; None while there is none. Raises StoreError."""
        return activate.active(self._log)

    def read(self) -> PolicyFolder | None:
        """Read the policies that were activated last. Raises StoreError, PolicyEngineError."""
        now = self.now()
        return None if now is None else sources.unpack(self.sources(now), now.revision)

    def files(self) -> Mapping[str, bytes] | None:
        """Give the files of the policies that were activated last; None while there are none.

        Raises StoreError, PolicyEngineError.
        """
        now = self.now()
        if now is None:
            return None
        found = sources.files_of(self.sources(now), now.revision)
        return {str(file.path): file.content for file in found}

    def sources(self, active: Activation) -> bytes:
        """Give the sources of activated policies. Raises StoreError, PolicyEngineError."""
        content = self._documents.read(active.sources)
        if content is None:
            raise PolicyEngineError("the sources of the active policies are not in the store")
        return content


class _Given(threading.local):
    """The engine that told this thread its practice, until the thread evaluates."""

    engine: PolicyEngine | None = None


class ActivatedEngine:
    """Implements the port PolicyEngine over one engine an activation; safe for threads."""

    def __init__(self, active: Active, start: Start) -> None:
        """Start on the policies that are active now. Raises PolicyEngineError, StoreError."""
        self._active = active
        self._start = start
        self._lock = threading.Lock()
        now = active()
        self._seq = now.seq if now else None
        self._engine = start(now)
        self._before: PolicyEngine | None = None
        self._given = _Given()

    @property
    def identity(self) -> EngineIdentity:
        """The engine that runs now."""
        return self._engine.identity

    def practice(self) -> Practice:
        """Tell how the organisation approves, as policy data states. Raises PolicyEngineError."""
        engine = self._given.engine = self._current()
        return engine.practice()

    def evaluate(self, document: Mapping[str, Any]) -> Verdict:
        """Evaluate policy on the document, by the policies of the practice it was told."""
        given, self._given.engine = self._given.engine, None
        return (given or self._current()).evaluate(document)

    def ping(self) -> str:
        """Tell the active policy revision. Raises PolicyEngineError."""
        return self._current().ping()

    def close(self) -> None:
        """Stop whatever was started."""
        with self._lock:
            for engine in (self._engine, self._before):
                if engine is not None:
                    engine.close()

    def _current(self) -> PolicyEngine:
        active = self._active()
        if active is None or active.seq == self._seq:
            return self._engine
        with self._lock:
            if self._seq is None or active.seq > self._seq:
                self._replace(active)
            return self._engine

    def _replace(self, active: Activation) -> None:
        engine = self._start(active)
        # A thread may have been told a practice by the engine that ran until now: it is stopped
        # with the next change, not with this one.
        if self._before is not None:
            self._before.close()
        self._before, self._engine, self._seq = self._engine, engine, active.seq


class FollowedEngine:
    """Implements the port PolicyEngine over an OPA that fetches the activated policies itself."""

    def __init__(self, server: PolicyEngine, active: Active) -> None:
        """Take the engine, and how to find the latest activation."""
        self._server = server
        self._active = active

    @property
    def identity(self) -> EngineIdentity:
        """The engine."""
        return self._server.identity

    def practice(self) -> Practice:
        """Tell how the organisation approves, as policy data states. Raises PolicyEngineError."""
        return self._server.practice()

    def evaluate(self, document: Mapping[str, Any]) -> Verdict:
        """Evaluate policy on the document. Raises PolicyEngineError for other than the active."""
        active = self._active()
        verdict = self._server.evaluate(document)
        _must_be(active, verdict.policy_revision)
        return verdict

    def ping(self) -> str:
        """Tell the active policy revision. Raises PolicyEngineError."""
        revision = self._server.ping()
        _must_be(self._active(), revision)
        return revision

    def close(self) -> None:
        """Close the connections."""
        self._server.close()


def _must_be(active: Activation | None, told: str) -> None:
    # An OPA with several bundles names them all: `authz=...,gate=...`.
    if active is None or active.revision in {part.rpartition("=")[2] for part in told.split(",")}:
        return
    raise PolicyEngineError(
        "OPA does not run the policies that were activated: ask again when it has fetched them",
        detail=f"{told}, not {active.revision}",
    )
