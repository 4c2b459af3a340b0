"""Decide a recorded decision again, by its own input, its own clock and its own policies.

What cannot be known is not guessed: then there is a NotReplayed, and it says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from app.domain.decision import Verdict
from app.domain.digest import Digest
from app.domain.errors import InvalidDigestError, PolicyEngineError
from app.domain.rollout.again import Again, differences
from app.domain.rollout.replayed import NotReplayed
from app.gate import record
from app.ports import Candidate

ReadDocument = Callable[[Digest], bytes | None]
Run = Callable[[bytes, str], AbstractContextManager[Candidate]]
"""Runs policies of their sources, which must be of a revision. Raises PolicyEngineError."""


class Recorded(Protocol):
    """What a gate keeps: documents by digest, and under which digest the policies stand."""

    def read_input(self, sha256: Digest) -> bytes | None:
        """Give a document, or None if there is none."""

    def sources(self, revision: str) -> Digest | None:
        """Tell the digest of the sources of these policies, or None if they were not kept."""


def again(body: Mapping[str, Any], kept: Recorded, run: Run) -> Again | NotReplayed:
    """From a recorded decision to the verdict that its input and policies give now."""
    decision_id = str(body.get("decision_id", "without an id"))

    def not_replayed(why: str) -> NotReplayed:
        return NotReplayed(decision_id, str(body.get("release", {}).get("digest", "unknown")), why)

    try:
        revision, digest = str(body["policy"]["revision"]), Digest(body["input_sha256"])
    except (KeyError, TypeError, InvalidDigestError):
        return not_replayed("the record is of an unknown form")
    policy_input = kept.read_input(digest)
    if policy_input is None or Digest.of(policy_input) != digest:
        return not_replayed("its input is not stored, or is not the recorded one")
    stated = kept.sources(revision)
    sources = None if stated is None else kept.read_input(stated)
    if sources is None:
        return not_replayed(f"the policies of revision {revision} were not kept")
    try:
        with run(sources, revision) as candidate:
            (answer,) = candidate.evaluate_all([policy_input])
    except PolicyEngineError as error:
        return not_replayed(f"its policies cannot be run: {error.message}")
    if isinstance(answer, PolicyEngineError):
        return not_replayed(f"its policies give no verdict: {answer.message}")
    return _beside(body, decision_id, revision, answer)


def _beside(body: Mapping[str, Any], decision_id: str, revision: str, verdict: Verdict) -> Again:
    engine = f"{verdict.engine.name} {verdict.engine.version}"
    return Again(decision_id, revision, engine, differences(body, record.said(verdict)))
