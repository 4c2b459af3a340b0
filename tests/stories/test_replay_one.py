"""An old decision is decided again, by the policies that decided it: the gate keeps them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.cli.client import Client, ClientError
from tests.stories.conftest import Running

SUBMISSION = {
    "model": {"namespace": "acme", "name": "scorer", "version": "1"},
    "files": [{"path": "m.bin", "size": 1, "sha256": "ab" * 32}],
    "stage": "production",
    "risk_tier": "limited",
}


def decide(gate: Running) -> str:
    client = Client(gate.url, gate.stage.tokens["submitter"])
    return str(client.post("/v1/decisions", SUBMISSION)["decision_id"])


def replay(gate: Running, decision_id: str, *options: str) -> Result:
    command = ["replay", decision_id, "--url", gate.url]
    environment = {"COUNTERSIGN_TOKEN": gate.stage.tokens["submitter"], "PATH": ""}
    return CliRunner(env=environment).invoke(main, [*command, *options])


def test_a_decision_comes_out_again_byte_for_byte(running: Running) -> None:
    told = replay(running, decide(running))

    assert told.exit_code == 0
    assert "EQUAL" in told.output
    assert "opa_wasm" in told.output


@pytest.mark.needs_opa
def test_a_decision_of_the_embedded_engine_comes_out_again_on_opa(
    running: Running, opa_binary: Path
) -> None:
    told = replay(running, decide(running), "--opa", str(opa_binary), "--output", "json")

    assert told.exit_code == 0
    assert json.loads(told.stdout)["is_equal"] is True
    assert json.loads(told.stdout)["engine"].startswith("opa_batch ")


def test_a_decision_comes_out_again_when_the_policies_have_changed_since(
    serve: Callable[[Mapping[str, str]], Running],
) -> None:
    gate = serve({})
    decision_id = decide(gate)
    thresholds = gate.stage.folder / "policies" / "gate" / "thresholds" / "data.yaml"
    thresholds.write_text(thresholds.read_text().replace("0.8", "0.9"))

    assert replay(gate, decision_id).exit_code == 0


def otherwise(monkeypatch: pytest.MonkeyPatch, change: Callable[[dict[str, Any]], None]) -> None:
    """Let what the gate says of a decision be another than what was decided."""
    ask = Client.ask

    def asked(client: Client, method: str, path: str, *more: Any) -> dict[str, Any]:
        body = ask(client, method, path, *more)
        if path.startswith("/v1/decisions/"):
            change(body)
        return body

    monkeypatch.setattr(Client, "ask", asked)


def test_a_record_that_its_policies_do_not_give_is_different_and_says_where(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def allowed(body: dict[str, Any]) -> None:
        body["outcome"], body["reasons"][0]["message"] = "allow", "fine"

    decision_id = decide(running)
    otherwise(monkeypatch, allowed)
    told = replay(running, decision_id)
    document = json.loads(replay(running, decision_id, "--output", "json").stdout)

    assert told.exit_code == 1
    assert told.stdout.startswith("DIFFERENT\n")
    assert '  /outcome\n    recorded "allow"\n    replayed "deny"\n' in told.stdout
    assert document["is_equal"] is False
    assert [one["at"] for one in document["differences"]] == ["/outcome", "/reasons/0/message"]


def test_an_archived_decision_is_not_replayable_and_says_where_it_is(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def archived(_: dict[str, Any]) -> None:
        raise ClientError("archived: entry 4 is in the archive abc at s3://log", 410)

    decision_id = decide(running)
    otherwise(monkeypatch, archived)
    told = replay(running, decision_id)
    document = json.loads(replay(running, decision_id, "--output", "json").stdout)

    assert told.exit_code == 3
    assert told.stdout == "NOT REPLAYABLE: archived: entry 4 is in the archive abc at s3://log\n"
    assert (document["is_equal"], document["why"][:8]) == (None, "archived")


@pytest.mark.parametrize(
    "options",
    [
        ("--since", "2026-01-01"),
        ("--keep", "kept"),
        ("--acknowledge",),
        ("--output", "markdown"),
    ],
)
def test_what_one_decision_has_no_use_for_is_refused(options: tuple[str, ...]) -> None:
    told = CliRunner().invoke(main, ["replay", "d-1", *options])

    assert told.exit_code == 3
    assert "replay of one decision takes no --since" in told.stderr


def test_a_decision_that_was_never_made_is_not_replayed(running: Running) -> None:
    told = replay(running, "nothing")

    assert told.exit_code == 3
    assert "Traceback" not in told.output


@pytest.mark.parametrize("options", [[], ["d-1", "--candidate", "."]])
def test_replay_wants_one_decision_or_a_candidate(options: list[str]) -> None:
    told = CliRunner().invoke(main, ["replay", *options])

    assert told.exit_code == 3
    assert "give either" in told.output
