from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import pytest

from app.domain.decision import Decision
from app.gate import announce


class Listener:
    """Hears of decisions, or fails."""

    def __init__(self, fault: str = "") -> None:
        self.fault = fault
        self.heard: list[Mapping[str, Any]] = []

    def tell(self, body: Mapping[str, Any]) -> None:
        if self.fault:
            raise ConnectionError(self.fault)
        self.heard.append(body)

    def alert(self, body: Mapping[str, Any]) -> None:
        self.tell(body)


DECISION = Decision("d-1", "log", 0, {"outcome": "allow"})


def test_every_notifier_hears_of_the_decision() -> None:
    listeners = [Listener(), Listener()]

    announce.decision(DECISION, listeners)

    assert [listener.heard for listener in listeners] == [[DECISION.body]] * 2


def test_a_notifier_that_fails_keeps_no_other_from_hearing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    second = Listener()

    with caplog.at_level(logging.ERROR):
        announce.decision(DECISION, [Listener("down"), second])

    assert second.heard == [DECISION.body]
    assert "d-1" in caplog.text


def test_an_emergency_is_told_to_all_who_can_hear(caplog: pytest.LogCaptureFixture) -> None:
    second = Listener()

    with caplog.at_level(logging.ERROR):
        announce.alert({"glass_id": "bg-1"}, [Listener("down"), second])

    assert second.heard == [{"glass_id": "bg-1"}]
    assert "emergency bg-1" in caplog.text
