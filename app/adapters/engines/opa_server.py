"""The policy engine of production: OPA over HTTP, as a sidecar or on another host."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.adapters.engines import quorums
from app.adapters.engines.opa_client import Answer, GateClient
from app.adapters.engines.quorums import Quorums
from app.adapters.engines.verdict import VerdictReader
from app.domain.decision import EngineIdentity, Verdict
from app.domain.errors import PolicyEngineError
from app.domain.quorum import Quorum

DECISION = "gate/decision"
QUORUMS = "gate/quorums"


@dataclass(frozen=True, slots=True)
class _Stated:
    """The quorums that one revision of the policies states."""

    revision: str
    quorums: Quorums


class _Given(threading.local):
    """The quorums from which this thread was last given one, until it evaluates."""

    stated: _Stated | None = None


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
        self._stated: _Stated | None = None
        self._given = _Given()

    def quorum(self, stage: str, risk_tier: str) -> Quorum | None:
        """Tell the seats that policy data states, or None. Raises PolicyEngineError."""
        stated = self._stated
        if stated is None:
            stated = self._ask_quorums()
        self._given.stated = stated
        return quorums.find(stated.quorums, stage, risk_tier)

    def evaluate(self, document: Mapping[str, Any]) -> Verdict:
        """Evaluate policy on the document. Raises PolicyEngineError for all but a whole verdict."""
        given, self._given.stated = self._given.stated, None
        answer = self._ask(DECISION, document)
        self._must_state_the_same(given, answer.revision)
        return self._verdicts.read(answer.value, answer.revision, self.identity)

    def ping(self) -> str:
        """Tell the active policy revision. Raises PolicyEngineError."""
        return self._ask_quorums().revision

    def close(self) -> None:
        """Close the connections."""
        self._client.close_connection()

    def _ask(self, path: str, document: Mapping[str, Any] | None = None) -> Answer:
        answer = self._client.ask(path, document)
        if answer.version != self.identity.version:
            self.identity = EngineIdentity(self.identity.name, answer.version)
        return answer

    def _ask_quorums(self) -> _Stated:
        answer = self._ask(QUORUMS)
        stated = _Stated(answer.revision, quorums.read_quorums(answer.value))
        self._stated = stated
        return stated

    def _must_state_the_same(self, given: _Stated | None, revision: str) -> None:
        # Policies can change between the count of the votes and the evaluation. Votes that
        # were counted against yesterday's quorum must not meet today's rules.
        current = self._stated
        if current is None or current.revision != revision:
            current = self._ask_quorums()
        has_settled = current.revision == revision
        if not has_settled or (given is not None and given.quorums != current.quorums):
            raise PolicyEngineError(
                "the policies changed while the release was decided: ask again",
                detail=f"evaluated with {revision}, quorums of {(given or current).revision}",
            )
