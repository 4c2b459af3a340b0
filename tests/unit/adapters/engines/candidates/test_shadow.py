from __future__ import annotations

import json
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
from app.domain.entry import Kind
from app.domain.errors import PolicyEngineError
from tests.builders import a_practice
from tests.contracts.stores.test_log import a_draft
from tests.contracts.test_policy_engine import VERDICTS, a_reason
from tests.fakes.engine import FakeEngine
from tests.fakes.stores import InMemoryDocuments, InMemoryLog, SetClock
from tests.fakes.switch import Switch

PATIENCE_SECONDS = 60
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
            release={},
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


RELEASE = {
    "digest": Digest.of(b"a release"),
    "model": {"namespace": "acme", "name": "credit", "version": "1.0.0"},
    "stage": "production",
    "risk_tier": "high",
}
INPUT = Digest.of(b"x")
LOOSER = Difference(
    INPUT, "r1", "r2", Outcome.DENY, Outcome.ALLOW, (), ("size.too_large",), RELEASE
)


def a_log(*inputs: str) -> InMemoryLog:
    """A log with a decision of each input."""
    log = InMemoryLog(SetClock())
    for number, sha256 in enumerate(inputs):
        body = {"input_sha256": sha256, "reasons": []}
        log.append(a_draft(f"d-{number}", body=body, release_digest=RELEASE["digest"]))
    return log


def a_record(
    log: InMemoryLog, registry: CollectorRegistry | None = None, most: int = 9
) -> ShadowLog:
    ids = iter(f"s-{number}" for number in range(99))
    return ShadowLog(registry or CollectorRegistry(), log, ids.__next__, most, lambda _: None)


def recorded(log: InMemoryLog) -> list[dict[str, Any]]:
    entries = [entry for entry in log.entries if entry.kind is Kind.SHADOW_DIFFERENCE]
    return [json.loads(entry.body) for entry in entries]


def test_a_difference_is_counted_and_an_entry_of_the_log() -> None:
    registry, log = CollectorRegistry(), a_log(Digest.of(b"y"), INPUT)
    record: ShadowRecord = a_record(log, registry)
    record.count(Comparison.DIFFERENT)
    record.keep(LOOSER)

    flips = {"active": "deny", "candidate": "allow"}
    assert registry.get_sample_value("countersign_shadow_differences_total", flips) == 1
    compared = {"comparison": "different"}
    assert registry.get_sample_value("countersign_shadow_comparisons_total", compared) == 1
    (body,) = recorded(log)
    assert (body["decision_id"], body["input_sha256"]) == ("d-1", INPUT)
    assert (body["from"], body["to"]) == ("deny", "allow")
    assert (body["new"], body["gone"]) == ([], ["size.too_large"])
    assert body["candidate"] == {"revision": "r2"}
    assert body["entry"]["model"] == "acme/credit"


def test_what_is_about_no_decision_leaves_no_entry() -> None:
    log = a_log(Digest.of(b"y"))
    a_record(log).keep(LOOSER)

    assert recorded(log) == []


def test_a_decision_that_is_recorded_later_than_it_is_compared_is_found() -> None:
    log = a_log()

    def pause(_: float) -> None:
        log.append(a_draft(body={"input_sha256": INPUT}, release_digest=RELEASE["digest"]))

    ShadowLog(CollectorRegistry(), log, lambda: "s-1", pause=pause).keep(LOOSER)

    assert [body["decision_id"] for body in recorded(log)] == ["d-1"]


def test_more_differences_than_are_recorded_are_counted() -> None:
    registry, log = CollectorRegistry(), a_log(INPUT)
    record = a_record(log, registry, most=2)
    for _ in range(5):
        record.keep(LOOSER)

    assert len(recorded(log)) == 2
    assert registry.get_sample_value("countersign_shadow_unrecorded_total") == 3


def test_a_log_that_cannot_be_written_is_no_error() -> None:
    registry, switch = CollectorRegistry(), Switch()
    log = InMemoryLog(SetClock(), InMemoryDocuments(switch))
    log.append(a_draft(body={"input_sha256": INPUT}, release_digest=RELEASE["digest"]))
    switch.broken = "no disk"
    a_record(log, registry).keep(LOOSER)

    assert registry.get_sample_value("countersign_shadow_unrecorded_total") == 1


def test_why_the_candidate_failed_is_logged() -> None:
    with structlog.testing.capture_logs() as logs:
        a_record(a_log()).keep_failure(PolicyEngineError("status 500", detail="x" * 5000))

    assert len(logs[0]["detail"]) == 1000
