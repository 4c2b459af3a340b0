"""People approve from a terminal: what they see is what they approve."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.api import contracts
from app.cli import main
from app.domain.digest import Digest
from tests.stories.conftest import Running

ROLES = ("data_scientist", "product_owner", "risk_compliance")


@dataclass
class Desk:
    """A release that waits, and the people at their terminals."""

    running: Running
    release: str

    def run(self, role: str, *words: str, said: str | None = None) -> Result:
        """Run `countersign` with the token of a role."""
        place = ("--url", self.running.url, "--token", self.running.stage.tokens[role])
        return CliRunner().invoke(main, [*words, *place], input=said)


@pytest.fixture
def desk(running: Running) -> Desk:
    made = f"{datetime.now(UTC).isoformat()}".encode()
    document: dict[str, Any] = {
        "model": {"namespace": "acme", "name": "support-router", "version": "3.0.0"},
        "files": [{"path": "model.bin", "size": 1, "sha256": Digest.of(made)}],
        "stage": "production",
        "risk_tier": "limited",
    }
    decided = running.ask(running.stage.tokens["submitter"], "/v1/decisions", document)
    return Desk(running, decided["release"]["digest"])


def test_what_is_approved_is_shown_and_asked_for(desk: Desk) -> None:
    told = desk.run("data_scientist", "approve", desk.release, said="y\n")

    assert told.exit_code == 0, told.output
    shown = told.output.replace("\n", "").replace(" ", "")
    assert desk.release in shown
    assert "data_scientist: 0 of 1, nobody yet" in told.output
    assert "approve exactly this?" in told.output
    assert "recorded: approve by data_scientist@acme.example (data_scientist)" in told.output


def test_without_a_yes_nothing_is_recorded(desk: Desk) -> None:
    told = desk.run("data_scientist", "approve", desk.release, said="n\n")

    assert told.exit_code == 1
    listed = desk.run("data_scientist", "approve", "--inbox", "--output", "json")
    assert desk.release in {one["release_digest"] for one in json.loads(listed.stdout)["releases"]}


def test_a_veto_is_given_and_withdrawn(desk: Desk) -> None:
    words = ("approve", desk.release, "--vote", "veto", "--comment", "leaked", "--yes")
    veto = json.loads(desk.run("product_owner", *words, "--output", "json").stdout)
    contracts.check("approval", veto)

    told = desk.run("product_owner", "approve", "--withdraw", veto["approval_id"])

    assert (veto["vote"], veto["comment"]) == ("veto", "leaked")
    assert "recorded: withdrawn by product_owner@acme.example" in told.output


def test_the_inbox_shows_what_waits(desk: Desk) -> None:
    told = desk.run("risk_compliance", "approve", "--inbox")

    assert told.exit_code == 0
    assert "acme/support-router 3.0.0 for production" in told.output
    assert desk.release in told.output
    assert "as risk_compliance" in told.output


def test_a_release_that_nobody_submitted_is_exit_3(desk: Desk) -> None:
    told = desk.run("risk_compliance", "approve", "ab" * 32, "--yes")

    assert told.exit_code == 3
    assert "was ever submitted" in told.output


def test_one_thing_is_asked_for_at_a_time(desk: Desk) -> None:
    assert desk.run("risk_compliance", "approve", desk.release, "--inbox").exit_code == 2
    assert desk.run("risk_compliance", "approve").exit_code == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--withdraw", ""), "not a name or an id"),
        (("--withdraw", "x", "--comment", "why"), "--comment goes with a vote"),
        (("ab" * 32, "--yes", "--bundle", "kept.json"), "--bundle keeps a signed vote"),
    ],
)
def test_what_would_have_no_effect_is_refused(
    desk: Desk, words: tuple[str, ...], told: str
) -> None:
    ran = desk.run("risk_compliance", "approve", *words)

    assert (ran.exit_code, told in ran.output) == (2, True)


@pytest.mark.parametrize("subject", ["a\nb", "\tada", "ada "])
def test_nobody_is_named_by_what_cannot_be_seen(desk: Desk, subject: str) -> None:
    words = ("--role", "risk_compliance", "--days", "7", "--reason", "on leave")
    ran = desk.run("risk_compliance", "delegate", "give", subject, *words)

    assert (ran.exit_code, "at /delegate" in ran.output) == (3, True)


def test_a_path_that_leads_nowhere_is_told_as_such(desk: Desk) -> None:
    ran = desk.run("risk_compliance", "approve", "--withdraw", "../x")

    assert (ran.exit_code, "there is nothing at this path" in ran.output) == (3, True)


def test_a_colleague_is_let_vote_and_that_is_ended(desk: Desk) -> None:
    words = ("--role", "risk_compliance", "--days", "7", "--reason", "on leave")
    told = desk.run("risk_compliance", "delegate", "give", "ada@acme.example", *words)

    given = told.output.split()[0]
    listed = desk.run("risk_compliance", "delegate", "list")
    ended = desk.run("risk_compliance", "delegate", "end", given)

    assert "ada@acme.example for risk_compliance@acme.example, until 20" in told.output
    assert "ada@acme.example" in listed.output
    assert "ended" in ended.output
    assert desk.run("risk_compliance", "delegate", "end", given).exit_code == 3


def test_a_hard_rule_is_not_waived_from_a_terminal(desk: Desk) -> None:
    told = desk.run(
        "submitter",
        *("waive", "request", "--code", "approvals.vetoed", "--model", "acme/support-router"),
        *("--stage", "production", "--days", "2", "--reason", "r", "--ticket", "OPS-1"),
    )

    assert told.exit_code == 3
    assert "at /codes/0: approvals.vetoed is hard for production" in " ".join(told.output.split())
    assert "no waivers" in desk.run("risk_compliance", "waive", "list").output


def test_a_waiver_needs_an_end(desk: Desk) -> None:
    told = desk.run(
        "submitter",
        *("waive", "request", "--code", "a.b", "--model", "acme/m", "--stage", "production"),
        *("--reason", "r", "--ticket", "OPS-1"),
    )

    assert told.exit_code == 2
    assert "--days" in told.output
