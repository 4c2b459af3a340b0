"""The policy engine of production: OPA over HTTP, as a sidecar or on another host."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.adapters.engines import practice
from app.adapters.engines.opa_client import Answer, GateClient
from app.adapters.engines.verdict import VerdictReader
from app.domain.approvals.practice import Practice
from app.domain.decision import EngineIdentity, Verdict
from app.domain.errors import PolicyEngineError

DECISION = "gate/decision"


class _Given(threading.local):
    """The practice that this thread was last given, until it evaluates."""

    stated: Practice | None = None


class OpaServer:
    """Asks an OPA that already runs; steady state is one call a decision.

    It does not connect until it is asked, so the gate starts, unready, before its OPA.
    """

    def __init__(  # noqa: PLR0913 - every one of them names its setting
        self,
        url: str,
        verdicts: VerdictReader,
        *,
        token: str | None,
        limit: timedelta,
        ca_file: Path | None = None,
        name: str = "opa_server",
    ) -> None:
        """Take the address (`http(s)://host:port`, `unix:///path`) and what to trust there."""
        self.identity = EngineIdentity(name, "unknown")
        self._client = GateClient(url, token, limit, ca_file)
        self._verdicts = verdicts
        self._stated: Practice | None = None
        self._given = _Given()

    def practice(self) -> Practice:
        """Tell how the organisation approves, as policy data states. Raises PolicyEngineError."""
        stated = self._stated
        if stated is None:
            stated = self._ask_practice()
        self._given.stated = stated
        return stated

    def evaluate(self, document: Mapping[str, Any]) -> Verdict:
        """Evaluate policy on the document. Raises PolicyEngineError for all but a whole verdict."""
        given, self._given.stated = self._given.stated, None
        answer = self._ask(DECISION, document)
        self._must_state_the_same(given, answer.revision)
        return self._verdicts.read(answer.value, answer.revision, self.identity)

    def ping(self) -> str:
        """Tell the active policy revision. Raises PolicyEngineError."""
        return self._ask_practice().revision

    def close(self) -> None:
        """Close the connections."""
        self._client.close_connection()

    def _ask(self, path: str, document: Mapping[str, Any] | None = None) -> Answer:
        answer = self._client.ask(path, document)
        if answer.version != self.identity.version:
            self.identity = EngineIdentity(self.identity.name, answer.version)
        return answer

    def _ask_practice(self) -> Practice:
        answer = self._ask(practice.PATH)
        stated = practice.read(answer.value, answer.revision)
        self._stated = stated
        return stated

    def _must_state_the_same(self, given: Practice | None, revision: str) -> None:
        # Policies can change between the count of the votes and the evaluation. Votes that
        # were counted by yesterday's practice must not meet today's rules.
        current = self._stated
        if current is None or current.revision != revision:
            current = self._ask_practice()
        has_settled = current.revision == revision
        if not has_settled or (given is not None and given != current):
            raise PolicyEngineError(
                "the policies changed while the release was decided: ask again",
                detail=f"evaluated with {revision}, practice of {(given or current).revision}",
            )
