from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from app.domain.decision import Outcome, Verdict
from app.domain.errors import PolicyEngineError
from app.gate import evaluate
from tests.builders import a_reason, a_verdict
from tests.fakes.engine import FakeEngine


class ScriptedEngine(FakeEngine):
    """Says what it was told, checked by nobody: what the step itself must refuse."""

    def __init__(self, verdict: Verdict) -> None:
        self._verdict = verdict

    def evaluate(self, document: Mapping[str, Any]) -> Verdict:  # noqa: ARG002 - as the port says
        return self._verdict


def test_a_whole_verdict_is_passed_on() -> None:
    verdict = a_verdict()

    assert evaluate.verdict({}, ScriptedEngine(verdict)) is verdict


def test_an_allow_with_open_reasons_is_an_error() -> None:
    allow = a_verdict(a_reason(), outcome=Outcome.ALLOW)

    with pytest.raises(PolicyEngineError, match="open reasons"):
        evaluate.verdict({}, ScriptedEngine(allow))


def test_an_allow_without_any_check_is_an_error() -> None:
    with pytest.raises(PolicyEngineError, match="without any check"):
        evaluate.verdict({}, ScriptedEngine(a_verdict(checks=())))


@pytest.mark.parametrize("outcome", [Outcome.DENY, Outcome.PENDING])
def test_a_refusal_without_a_reason_is_an_error(outcome: Outcome) -> None:
    with pytest.raises(PolicyEngineError, match="without a reason"):
        evaluate.verdict({}, ScriptedEngine(a_verdict(outcome=outcome)))
