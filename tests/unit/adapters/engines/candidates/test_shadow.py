from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import structlog
from prometheus_client import CollectorRegistry

from app.adapters.engines.candidates.shadow import (
    WAITING,
    Comparison,
    Difference,
    ShadowedEngine,
    ShadowRecord,
)
from app.adapters.engines.candidates.shadow_log import ShadowLog
from app.domain.canonical import canonical_json
from app.domain.decision import Outcome
from app.domain.digest import Digest
from app.domain.errors import PolicyEngineError
from tests.builders import a_practice
from tests.contracts.test_policy_engine import VERDICTS, a_reason
from tests.fakes.engine import FakeEngine

PATIENCE_SECONDS = 20
DOCUMENT = {"now": 1}
ALLOW: dict[str, Any] = {
    "outcome": "allow",
    "reasons": [],
    "warnings": [],
    "profile": "production/high",
    "checks": {"expected": ["size"], "ran": ["size"]},
}
DENY = {**ALLOW, "outcome": "deny", "reasons": [a_reason("size.too_large", "too large")]}


def an_engine(answer: object, revision: str = "r1") -> FakeEngine:
    return FakeEngine(lambda _: answer, a_practice({}), VERDICTS, revision)


@dataclass
class Heard:
    """A record in memory; `wait` waits until so many documents were compared."""

    comparisons: list[Comparison] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    failures: list[PolicyEngineError] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def count(self, comparison: Comparison) -> None:
        with self._changed:
            self.comparisons.append(comparison)
            self._changed.notify_all()

    def keep(self, difference: Difference) -> None:
        with self._changed:
            self.differences.append(difference)
            self._changed.notify_all()

    def keep_failure(self, error: PolicyEngineError) -> None:
        with self._changed:
            self.failures.append(error)
            self._changed.notify_all()

    def wait(self, comparisons: int, kept: int = 0) -> None:
        def is_there() -> bool:
            everything = len(self.differences) + len(self.failures)
            return len(self.comparisons) >= comparisons and everything >= kept

        with self._changed:
            assert self._changed.wait_for(is_there, PATIENCE_SECONDS)


@pytest.fixture
def heard() -> Heard:
    return Heard()


def test_the_answer_is_the_active_engines_whatever_the_candidate_says(heard: Heard) -> None:
    engine = ShadowedEngine(an_engine(DENY), an_engine(ALLOW, "r2"), heard)
    verdict = engine.evaluate(DOCUMENT)
    heard.wait(1, kept=1)
    engine.close()

    assert (verdict.outcome, verdict.policy_revision) == (Outcome.DENY, "r1")
    assert heard.comparisons == [Comparison.DIFFERENT]
    assert heard.differences == [
        Difference(
            input_sha256=Digest.of(canonical_json(DOCUMENT)),
            active_revision="r1",
            candidate_revision="r2",
            active=Outcome.DENY,
            candidate=Outcome.ALLOW,
            added=(),
            removed=("size.too_large",),
        )
    ]


def test_a_candidate_that_says_the_same_is_counted_and_not_kept(heard: Heard) -> None:
    engine = ShadowedEngine(an_engine(DENY), an_engine(DENY, "r2"), heard)
    engine.evaluate(DOCUMENT)
    heard.wait(1)
    engine.close()

    assert heard.comparisons == [Comparison.SAME]
    assert heard.differences == []


def test_a_candidate_that_fails_is_counted_and_changes_nothing(heard: Heard) -> None:
    engine = ShadowedEngine(an_engine(ALLOW), an_engine({}), heard)
    verdicts = [engine.evaluate(DOCUMENT) for _ in range(2)]
    heard.wait(2, kept=2)
    engine.close()

    assert [verdict.outcome for verdict in verdicts] == [Outcome.ALLOW] * 2
    assert heard.comparisons == [Comparison.FAILED] * 2


def test_an_error_of_the_active_engine_is_not_answered_by_the_candidate(heard: Heard) -> None:
    engine = ShadowedEngine(an_engine({}), an_engine(ALLOW), heard)
    with pytest.raises(PolicyEngineError):
        engine.evaluate(DOCUMENT)
    engine.close()

    assert heard.comparisons == []


@pytest.fixture
def stuck() -> Iterator[threading.Event]:
    """A candidate waits for this event, and the test lets go of it at the end."""
    let_go = threading.Event()
    yield let_go
    let_go.set()


def test_a_candidate_that_hangs_delays_no_answer(heard: Heard, stuck: threading.Event) -> None:
    def hang(_: Mapping[str, Any]) -> object:
        stuck.wait(PATIENCE_SECONDS)
        return ALLOW

    candidate = FakeEngine(hang, a_practice({}), VERDICTS)
    engine = ShadowedEngine(an_engine(ALLOW), candidate, heard)
    # One is with the candidate, WAITING are in the queue, and the rest finds it full.
    outcomes = [engine.evaluate(DOCUMENT).outcome for _ in range(WAITING + 5)]

    assert outcomes == [Outcome.ALLOW] * (WAITING + 5)
    assert heard.comparisons.count(Comparison.DROPPED) in {4, 5}
    stuck.set()
    engine.close()


def test_the_quorum_and_the_revision_are_the_active_ones(heard: Heard) -> None:
    stated = {"production": {"high": {"risk_compliance": 2}}}
    active = FakeEngine(lambda _: ALLOW, a_practice(stated), VERDICTS, "r1")
    engine = ShadowedEngine(active, an_engine(ALLOW, "r2"), heard)

    assert engine.practice().quorum("production", "high") == {"risk_compliance": 2}
    assert engine.ping() == "r1"
    assert engine.identity == active.identity
    engine.close()


def test_close_closes_both(heard: Heard) -> None:
    active, candidate = an_engine(ALLOW), an_engine(ALLOW)
    engine = ShadowedEngine(active, candidate, heard)
    engine.close()
    engine.close()

    for closed in (active, candidate):
        with pytest.raises(PolicyEngineError):
            closed.evaluate(DOCUMENT)


def test_differences_are_counted_and_logged_with_the_digest_of_the_input() -> None:
    registry = CollectorRegistry()
    difference = Difference(
        Digest.of(b"x"), "r1", "r2", Outcome.DENY, Outcome.ALLOW, (), ("size.too_large",)
    )
    with structlog.testing.capture_logs() as logs:
        record: ShadowRecord = ShadowLog(registry)
        record.count(Comparison.DIFFERENT)
        record.keep(difference)
        record.keep_failure(PolicyEngineError("status 500", detail="x" * 5000))

    flips = {"active": "deny", "candidate": "allow"}
    assert registry.get_sample_value("countersign_shadow_differences_total", flips) == 1
    compared = {"comparison": "different"}
    assert registry.get_sample_value("countersign_shadow_comparisons_total", compared) == 1
    assert logs[0]["input_sha256"] == Digest.of(b"x")
    assert len(logs[1]["detail"]) == 1000
