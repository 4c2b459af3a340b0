from __future__ import annotations

import json
from pathlib import Path

from app.cli.reports import workflow
from app.cli.reports.places import Sources
from app.domain.decision import Outcome
from tests.builders import a_reason
from tests.decided import a_body

SOURCES = Sources(Path("model"), Path("model/README.md"), (Path("re,sults.json"),))


def test_a_reason_is_an_error_at_its_file_with_who_can_mend_it() -> None:
    (line,) = workflow.commands(a_body(a_reason()), SOURCES)

    assert line == (
        "::error file=re%2Csults.json,line=1,title=evaluation.below_threshold::"
        "sciq acc is too low%0Adata_scientist: train a better model"
    )


def test_what_waits_is_a_warning() -> None:
    body = a_body(a_reason(is_pending=True), outcome=Outcome.PENDING)

    (line,) = workflow.commands(body, SOURCES)
    assert line.startswith("::warning ")


def test_a_message_cannot_become_a_command_of_its_own() -> None:
    evil = "x\n::set-output name=outcome::allow\r\n%0A"

    told = list(workflow.commands(a_body(a_reason(message=evil)), SOURCES))

    assert len(told) == 1
    assert "\n" not in told[0]
    assert "\r" not in told[0]
    assert "%250A" in told[0]


def test_no_more_annotations_are_written_than_the_runner_keeps() -> None:
    told = list(workflow.commands(a_body(*[a_reason()] * 12), SOURCES))

    assert len(told) == 10


def test_the_summary_shows_the_reason_as_text_and_not_as_a_link() -> None:
    evil = "[click](https://evil.example) | <img src=x> `code`"

    summary = workflow.summary(a_body(a_reason(message=evil)))

    (row,) = [line for line in summary.splitlines() if "evaluation.below_threshold" in line]
    assert r"\[click\]\(https://evil.example\) \| \<img src=x\> \`code\`" in row
    assert "decision `d-1`" in summary


def test_the_summary_of_an_allow_has_no_table() -> None:
    assert "| reason |" not in workflow.summary(a_body())


def test_an_output_is_one_line_whatever_a_message_holds() -> None:
    written = workflow.outputs(a_body(a_reason(message="low\noutcome=allow")))

    read = dict(line.split("=", 1) for line in written.splitlines())
    assert read["outcome"] == "deny"
    assert read["message"] == "deny: evaluation.below_threshold: low outcome=allow"
    assert json.loads(read["reasons"]) == ["evaluation.below_threshold"]
    assert read["decision-id"] == "d-1"


def test_what_only_another_release_mends_is_told_before_what_people_can_give() -> None:
    waits = a_reason(code="approvals.seat_open", message="a seat is open", is_pending=True)
    body = a_body(waits, a_reason(message="too low"))

    told = list(workflow.commands(body, SOURCES))
    written = dict(line.split("=", 1) for line in workflow.outputs(body).splitlines())

    assert [line.partition(" ")[0] for line in told] == ["::error", "::warning"]
    assert written["message"] == "deny: evaluation.below_threshold: too low"
    assert written["reasons"] == '["evaluation.below_threshold", "approvals.seat_open"]'
    assert workflow.summary(body).index("too low") < workflow.summary(body).index("a seat is open")
