"""What the workbench promises to authors, on the real OPA."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from app import shipped
from app.adapters.engines.workbench.opa_workbench import OpaWorkbench
from app.domain.decision import Outcome
from app.domain.errors import InvalidSubmissionError, PolicyEngineError
from app.domain.rollout.draft import PolicyDraft

CHANGE = "gate/checks/change/change.rego"
INPUT = json.dumps({"release": {"stage": "production", "risk_tier": "limited"}}).encode()
REACHES_OUT = (
    'a if http.send({"url": "http://127.0.0.1/", "method": "get"})',
    "b if opa.runtime().env",
    "c if time.now_ns() > 0",
    'd if net.lookup_ip_addr("localhost")',
    'e if rand.intn("x", 2) == 0',
)
"""Rules that look at what is not in their input."""


def a_workbench(
    opa: Path | None, activated: Callable[[], Mapping[str, bytes] | None] = lambda: None
) -> OpaWorkbench:
    return OpaWorkbench(opa, shipped.folder("policies"), activated)


@pytest.fixture
def workbench(opa_binary: Path) -> OpaWorkbench:
    return a_workbench(opa_binary)


def active(bench: OpaWorkbench) -> str:
    return bench.files()[CHANGE]


def test_the_active_policies_are_read_with_their_tests() -> None:
    files = a_workbench(None).files()

    assert files[CHANGE] == (shipped.folder("policies") / CHANGE).read_text()
    assert "gate/checks/change/change_test.rego" in files


def test_once_others_are_activated_these_are_read() -> None:
    files = a_workbench(None, lambda: {"gate/a/a.rego": b"package gate.a"}).files()

    assert files["gate/a/a.rego"] == "package gate.a"
    assert CHANGE not in files


def test_authors_words_stand_at_their_rule(workbench: OpaWorkbench) -> None:
    (rule,) = [one for one in workbench.annotations() if one.code == "change.note_missing"]

    assert (rule.path, rule.title) == (CHANGE, "A change note says what changed")
    assert active(workbench).splitlines()[rule.row - 1] == "deny contains {"


def test_a_draft_that_changes_nothing_says_what_the_active_policies_say(
    workbench: OpaWorkbench,
) -> None:
    trial = workbench.try_out(PolicyDraft(CHANGE, active(workbench)), INPUT)

    assert trial.complaints == ()
    assert trial.verdict is not None
    assert trial.verdict.outcome is Outcome.DENY
    assert "change.note_missing" in {reason.code for reason in trial.verdict.reasons}
    assert trial.coverage.covered
    assert set(trial.coverage.covered).isdisjoint(trial.coverage.missed)


def test_a_rule_that_is_changed_speaks_otherwise(workbench: OpaWorkbench) -> None:
    text = active(workbench).replace("does not say what changed", "is silent")

    trial = workbench.try_out(PolicyDraft(CHANGE, text), INPUT)

    assert trial.verdict is not None
    assert "the release is silent" in {reason.message for reason in trial.verdict.reasons}


@pytest.mark.parametrize(
    ("old", "new", "row_of"),
    [
        ("not _is_noted", "not _is_notd", "_is_notd"),
        ("not _is_noted", "not (", "not ("),
        ("input.release.change_note", "input.release.chnge_note", "chnge_note"),
    ],
)
def test_an_error_stands_at_its_line(
    workbench: OpaWorkbench, old: str, new: str, row_of: str
) -> None:
    text = active(workbench).replace(old, new, 1)

    trial = workbench.try_out(PolicyDraft(CHANGE, text), INPUT)

    row = next(n for n, line in enumerate(text.splitlines(), 1) if row_of in line)
    assert trial.verdict is None
    assert trial.complaints[0].path == CHANGE
    assert trial.complaints[0].row in {row, row + 1}


def test_a_draft_cannot_reach_out(workbench: OpaWorkbench) -> None:
    draft = PolicyDraft(CHANGE, "package gate.checks.change\n" + "\n".join(REACHES_OUT))

    told = [one.message for one in workbench.try_out(draft, INPUT).complaints]
    assert len(told) == len(REACHES_OUT)
    assert all("undefined function" in message for message in told)
    assert "undefined function" in workbench.test(draft).complaints[0].message
    with pytest.raises(InvalidSubmissionError, match="undefined function"):
        workbench.running(draft).__enter__()


@pytest.mark.parametrize(
    "path",
    ["", "x.rego", "/etc/x.rego", "../x/y.rego", "gate/../../x.rego", "gate/x.py", "gate//x.rego"],
)
def test_a_draft_stands_below_the_policies(workbench: OpaWorkbench, path: str) -> None:
    with pytest.raises(InvalidSubmissionError, match="path: expected"):
        workbench.try_out(PolicyDraft(path, "package x"), INPUT)


def test_data_that_the_gate_would_not_read_is_complained_about(workbench: OpaWorkbench) -> None:
    trial = workbench.try_out(PolicyDraft("gate/tiers/data.yaml", "a: 1\na: 2\n"), INPUT)

    assert trial.verdict is None
    assert trial.complaints


def test_tests_pass_on_the_active_policies_and_fail_on_a_broken_rule(
    workbench: OpaWorkbench,
) -> None:
    text = active(workbench)
    sound = workbench.test(PolicyDraft(CHANGE, text))
    broken = workbench.test(PolicyDraft(CHANGE, text.replace("not _is_noted", "_is_noted")))

    assert sound.failed == ()
    assert sound.passed > 100
    assert sound.coverage.missed == ()
    assert {test.path for test in broken.failed} >= {"gate/checks/change/change_test.rego"}
    assert broken.passed + len(broken.failed) == sound.passed


def test_a_running_draft_answers_past_inputs(workbench: OpaWorkbench) -> None:
    with workbench.running(PolicyDraft(CHANGE, active(workbench))) as candidate:
        (answer,) = candidate.evaluate_all([INPUT])

    assert not isinstance(answer, PolicyEngineError)
    assert answer.outcome is Outcome.DENY


def test_without_an_opa_policies_are_read_and_nothing_is_tried() -> None:
    bench = a_workbench(None)

    assert not bench.is_open
    assert bench.annotations() == ()
    with pytest.raises(PolicyEngineError, match="opa executable"):
        bench.try_out(PolicyDraft(CHANGE, active(bench)), INPUT)
