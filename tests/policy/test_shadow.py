"""A candidate beside the shipped policies: seen in the metrics, never in an answer."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from app.bootstrap import engines
from app.domain.decision import Outcome
from app.domain.errors import PolicyEngineError
from app.settings import Settings, SettingsError
from tests.fakes.stores import InMemoryLog, SetClock
from tests.policy.inputs import an_input
from tests.policy.opa import policies_with
from tests.policy.test_replay import thresholds_with

PATIENCE_SECONDS = 120


def settings_with(policies: Path, candidate: Path, opa_binary: Path) -> Settings:
    return Settings.from_environment(
        {
            "COUNTERSIGN_DATA_DIR": str(policies.parent / "var"),
            "COUNTERSIGN_POLICIES": str(policies),
            "COUNTERSIGN_SHADOW_POLICIES": str(candidate),
            "COUNTERSIGN_OPA_BINARY": str(opa_binary),
            "COUNTERSIGN_OPA_DEADLINE_SECONDS": "30",
        }
    )


def counted(registry: CollectorRegistry, **labels: str) -> float:
    """Wait until the candidate has said something."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends_at:
        value = registry.get_sample_value("countersign_shadow_differences_total", labels)
        if value:
            return value
        threading.Event().wait(0.02)
    return 0


def test_a_stricter_candidate_is_counted_and_changes_no_answer(
    opa_binary: Path, tmp_path: Path
) -> None:
    active = policies_with(tmp_path / "active", {})
    stricter = policies_with(tmp_path / "candidate", {"thresholds": thresholds_with(0.99)})
    settings = settings_with(active, stricter, opa_binary)
    registry = CollectorRegistry()
    log = InMemoryLog(SetClock())
    active_engine = engines.policy_engine(settings, settings.policies)
    engine = engines.shadowed(active_engine, settings, registry, log)
    verdict = engine.evaluate(an_input())
    flips = counted(registry, active="allow", candidate="deny")
    engine.close()

    assert verdict.outcome is Outcome.ALLOW
    assert verdict.engine.name == "opa_wasm"
    assert flips == 1


def test_a_candidate_that_does_not_compile_is_told_at_start(
    opa_binary: Path, tmp_path: Path
) -> None:
    active = policies_with(tmp_path / "active", {})
    broken = policies_with(tmp_path / "candidate", {})
    (broken / "gate" / "broken.rego").write_text("package gate.broken\n\ndeny contains if\n")
    settings = settings_with(active, broken, opa_binary)

    with pytest.raises(PolicyEngineError, match="does not run"):
        engines.shadowed(
            engines.policy_engine(settings, settings.policies),
            settings,
            CollectorRegistry(),
            InMemoryLog(SetClock()),
        )


def test_without_the_opa_executable_there_is_no_shadow(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SHADOW_POLICIES needs COUNTERSIGN_OPA_BINARY"):
        Settings.from_environment({"COUNTERSIGN_SHADOW_POLICIES": str(tmp_path)})
