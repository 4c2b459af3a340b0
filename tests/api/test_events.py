"""Operators see what subscribers have not taken, and send it again: by HTTP and by command."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.domain.caller import Role
from app.domain.events.subscriber import Delivery
from app.gate.events import outbox
from tests.api.conftest import Gate
from tests.builders import a_subscriber
from tests.services.loopback import served
from tests.worlds import World, a_world

BUS = a_subscriber(url="https://bus.example/events?key=s3cret")
DOWN = Delivery(is_taken=False, status=503, message="answered 503")


@dataclass
class Aside:
    """A gate with one event put aside, and its place in the log."""

    gate: Gate
    seq: int

    def run(self, *arguments: str, role: Role = Role.OPERATOR) -> Result:
        """Run `countersign events` against the gate over HTTP."""
        with served(self.gate.app) as url:
            options = ["--url", url, "--token", self.gate.tokens[role]]
            return CliRunner().invoke(main, ["events", *arguments, *options])


@pytest.fixture
def aside(serve: Callable[[World], Gate]) -> Aside:
    gate = serve(a_world(subscribers=(BUS,)))
    outbox.subscribe(BUS, gate.world.ports)
    seq = gate.submit().get_json()["seq"]
    outbox.put_aside(BUS, seq, 8, DOWN, gate.world.ports)
    return Aside(gate, seq)


def test_an_operator_sees_what_was_put_aside_and_no_secret_of_the_url(aside: Aside) -> None:
    told = aside.gate.ask("GET", "/v1/events", Role.OPERATOR)

    (subscriber,) = told.get_json()["subscribers"]
    (letter,) = subscriber["undelivered"]
    assert (letter["event_seq"], letter["status"], letter["attempts"]) == (aside.seq, 503, 8)
    assert subscriber["url"] == "https://bus.example/events"
    assert "s3cret" not in told.text


def test_an_event_is_sent_again_once(aside: Aside) -> None:
    path = f"/v1/events/bus/{aside.seq}/resend"

    first, again = (aside.gate.ask("POST", path, Role.OPERATOR) for _ in range(2))

    assert first.get_json() == {"is_taken": True, "status": 200, "message": "taken"}
    assert again.status_code == 404


def test_the_command_lists_what_is_aside_and_exits_1(aside: Aside) -> None:
    told = aside.run("list")

    assert told.exit_code == 1
    assert f"bus {aside.seq}: answered 503, tried 8 times" in told.output


def test_the_command_sends_all_again_and_then_nothing_is_aside(aside: Aside) -> None:
    sent = aside.run("resend", "bus", "--all")
    listed = aside.run("list", "--output", "json")

    assert (sent.exit_code, listed.exit_code) == (0, 0)
    assert json.loads(listed.stdout)[0]["undelivered"] == []


def test_what_is_not_taken_again_exits_1(aside: Aside) -> None:
    aside.gate.world.courier.answers = [(500, None)]

    told = aside.run("resend", "bus", str(aside.seq))

    assert told.exit_code == 1
    assert "answered 500" in told.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("resend", "bus"),
        ("resend", "bus", "1", "--all"),
        ("resend", "nobody", "--all"),
        ("resend", "bus", "999"),
    ],
)
def test_what_cannot_be_sent_is_exit_3_and_told(aside: Aside, arguments: tuple[str, ...]) -> None:
    told = aside.run(*arguments)

    assert told.exit_code == 3
    assert "countersign: " in told.output


def test_nobody_else_sends_events(aside: Aside) -> None:
    assert aside.run("resend", "bus", str(aside.seq), role=Role.SUBMITTER).exit_code == 3
