"""A policy engine in memory: a Python function for policy, read like any engine's answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.adapters.engines import practice
from app.adapters.engines.verdict import VerdictReader
from app.domain.approvals.practice import Practice
from app.domain.canonical import canonical_json
from app.domain.decision import EngineIdentity, Verdict
from app.domain.errors import PolicyEngineError


class FakeEngine:
    """Evaluates a function; `stop` makes it an engine that does not answer."""

    identity = EngineIdentity("fake", "1")

    def __init__(
        self,
        policy: Callable[[Mapping[str, Any]], object],
        stated: Mapping[str, Any],
        verdicts: VerdictReader,
        revision: str = "fake-1",
    ) -> None:
        """Take the policy (input document to raw answer) and the practice that data would state."""
        self._policy = policy
        self._practice = practice.read(stated, revision)
        self._verdicts = verdicts
        self._revision = revision
        self._is_stopped = False

    def practice(self) -> Practice:
        """Tell how the organisation approves, as policy data states. Raises PolicyEngineError."""
        self._must_answer()
        return self._practice

    def evaluate(self, document: Mapping[str, Any]) -> Verdict:
        """Evaluate policy on the document. Raises PolicyEngineError for all but a whole verdict."""
        self._must_answer()
        try:
            canonical_json(document)
        except ValueError as error:
            raise PolicyEngineError("the policy input is not JSON") from error
        return self._verdicts.read(self._policy(document), self._revision, self.identity)

    def ping(self) -> str:
        """Tell the active policy revision. Raises PolicyEngineError."""
        self._must_answer()
        return self._revision

    def stop(self) -> None:
        """Answer nothing from now on."""
        self._is_stopped = True

    def close(self) -> None:
        """Stop; closing twice is no error."""
        self.stop()

    def _must_answer(self) -> None:
        if self._is_stopped:
            raise PolicyEngineError("the policy engine did not answer")


class FakeSources:
    """Implements the port PolicySources: `at_hand` is what it would find, by revision."""

    def __init__(self, at_hand: Mapping[str, bytes] | None = None) -> None:
        self.at_hand = dict(at_hand or {})

    def pending(self, revision: str) -> bytes | None:
        """Give the sources of a revision until they are kept; None if they are not at hand."""
        return self.at_hand.get(revision)

    def kept(self, revision: str) -> None:
        """Hear that the sources of a revision are in the store."""
        self.at_hand.pop(revision, None)
