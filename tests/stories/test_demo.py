"""What a newcomer sees in the first minute."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from app.demo.example_releases import Example
from app.settings import PREFIX

COMMAND = [sys.executable, "-c", "from app.cli import main; main()", "demo"]


@pytest.fixture(scope="module")
def decisions() -> list[dict[str, Any]]:
    told = subprocess.run(  # noqa: S603 - this interpreter, with our own arguments
        [*COMMAND, "--output", "json"], capture_output=True, text=True, timeout=120, check=False
    )
    assert told.returncode == 0, told.stderr
    found: list[dict[str, Any]] = json.loads(told.stdout)
    return found


def test_one_release_is_allowed_one_waits_and_one_is_denied(
    decisions: list[dict[str, Any]],
) -> None:
    assert [decision["outcome"] for decision in decisions] == ["allow", "pending", "deny"]


def test_the_examples_say_exactly_which_reasons_are_given(
    decisions: list[dict[str, Any]],
) -> None:
    for decision, release in zip(decisions, Example.read().releases, strict=True):
        assert {reason["code"] for reason in decision["reasons"]} == release.codes


def test_the_pending_one_names_the_role_that_is_missing(decisions: list[dict[str, Any]]) -> None:
    (reason,) = decisions[1]["reasons"]

    assert reason["fix"]["who"] == "risk_compliance"
    assert reason["observed"] == "0 of 1"


def test_the_denied_one_names_the_file_and_the_metric(decisions: list[dict[str, Any]]) -> None:
    below, changed = decisions[2]["reasons"]

    assert "sciq" in below["message"]
    assert "0.8" in below["required"]
    assert "model.safetensors" in changed["message"]


def test_the_demo_lasts_in_the_environment_of_a_gate_that_is_misconfigured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(PREFIX + "ENGINE", "none")

    told = subprocess.run(  # noqa: S603 - this interpreter, with our own arguments
        COMMAND, capture_output=True, text=True, timeout=120, check=False
    )

    assert told.returncode == 0
    assert "3 decisions recorded, as told" in told.stdout
