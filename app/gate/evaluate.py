"""EVALUATE: from the policy input to a verdict; whatever is not a whole verdict is an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.decision import Outcome, Verdict
from app.domain.errors import PolicyEngineError
from app.ports import PolicyEngine


def verdict(document: Mapping[str, Any], engine: PolicyEngine) -> Verdict:
    """From the policy input to a verdict. Raises PolicyEngineError.

    The engine has checked the verdict's shape; what an allow rests on is looked at here
    once more, whichever engine it came from.
    """
    answer = engine.evaluate(document)
    is_allow = answer.outcome is Outcome.ALLOW
    if is_allow and (answer.reasons or not answer.checks):
        message = "the policy engine allowed a release with open reasons or without any check"
        raise PolicyEngineError(message)
    if not is_allow and not answer.reasons:
        raise PolicyEngineError("the policy engine refused a release without a reason")
    return answer
