"""What delivery tools make of an answer, as their sources and documents say.

Each is the tool's own rule and nothing else, so that a template is tried on it: Flagger
`pkg/controller/webhook.go`; Argo Rollouts `metricproviders/webmetric` and `utils/evaluate`; Kargo
`pkg/promotion/runner/builtin/http_requester.go`; Spinnaker `orca-webhook`; Jenkins
`HttpRequestExecution.java`; Azure's InvokeRESTAPI task; Harness' HTTP step.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any


@dataclass(frozen=True)
class Told:
    """An HTTP answer as a tool gets it."""

    status: int
    body: Any


def flagger_goes_on(told: Told) -> bool:
    """A webhook of Flagger succeeds up to 202, and at nothing above."""
    return told.status <= 202


def argo_rollouts(metric: Mapping[str, Any], told: Told) -> str:
    """Assess one measurement: the first hit of jsonPath `{$}` is the whole body."""
    if not 200 <= told.status < 300:
        return "Error"
    assert metric["provider"]["web"]["jsonPath"] == "{$}"
    success, failure = (metric.get(f"{name}Condition") for name in ("success", "failure"))
    if failure and _holds(failure, result=told.body):
        return "Failed"
    if success and _holds(success, result=told.body):
        return "Successful"
    if success and failure:
        return "Inconclusive"
    return "Failed" if success else "Successful"


def kargo(step: Mapping[str, Any], told: Told) -> str:
    """Run the step once: terminal failure, success, or to be polled."""
    response = {"status": told.status, "body": told.body}
    if _holds(step["failureExpression"], response=response):
        return "Failed"
    return "Succeeded" if _holds(step["successExpression"], response=response) else "Running"


def spinnaker(stage: Mapping[str, Any], ask: Callable[[], Told]) -> str:
    """Run the stage's request, then one poll of its monitor by GET at the same URL."""
    for told in (ask(), ask()):
        if told.status == 429 or told.status >= 500:
            return "RUNNING"
        if told.status >= 400:
            return "TERMINAL"
    assert stage["statusUrlResolution"] == "getMethod"
    status = str(told.body[stage["statusJsonPath"].removeprefix("$.")]).upper()
    assert isinstance(told.body[stage["progressJsonPath"].removeprefix("$.")], str)
    if status in stage["successStatuses"].upper().split(","):
        return "SUCCEEDED"
    return "TERMINAL" if status in stage["terminalStatuses"].upper().split(",") else "RUNNING"


def jenkins_passes(jenkinsfile: str, told: Told) -> bool:
    """Take the status for good if it is in validResponseCodes, 100:399 if none are given."""
    given = re.search(r"validResponseCodes: '([\d:,]+)'", jenkinsfile)
    ranges = [part.split(":") for part in (given[1] if given else "100:399").split(",")]
    return any(int(part[0]) <= told.status <= int(part[-1]) for part in ranges)


def azure(check: Mapping[str, Any], told: Told) -> bool:
    """Evaluate eq(root['<member>'], '<text>') of a check over a 2xx answer."""
    criteria = re.fullmatch(r"eq\(root\['(\w+)'\], '(\w+)'\)", check["inputs"]["successCriteria"])
    assert criteria
    return 200 <= told.status < 300 and str(told.body[criteria[1]]) == criteria[2]


def harness_passes(step: Mapping[str, Any], told: Told) -> bool:
    """Evaluate the assertion over the status."""
    text = step["spec"]["assertion"].replace("<+httpResponseCode>", str(told.status))
    return _holds(text)


def _holds(expression: str, **names: Any) -> bool:
    # The part of the tools' expression languages that the templates use, as Python says it.
    for theirs, ours in (("||", " or "), ("&&", " and "), ("true", "True"), ("false", "False")):
        expression = expression.replace(theirs, ours)
    assert re.fullmatch(r"""[\w\s.="'()]+""", expression), expression
    scope = {name: _attributes(value) for name, value in names.items()}
    told = eval(expression, {"__builtins__": {}}, scope)  # noqa: S307 - our own templates, checked above
    assert isinstance(told, bool), "the tools refuse anything but a boolean"
    return told


def _attributes(value: Any) -> Any:
    if isinstance(value, dict):
        return SimpleNamespace(**{name: _attributes(member) for name, member in value.items()})
    return value
