from __future__ import annotations

import json

from app.cli.replay import report
from app.domain.decision import Outcome
from app.domain.rollout.replayed import Change, NotReplayed, Replay, Said

ALLOWED = Said(Outcome.ALLOW, (), 0)
DENIED = Said(Outcome.DENY, (("evaluation.stale", "/evaluations", "too old", "40", "30"),), 1)
LOOSENED = Change("d-2", "acme/scorer 2.0.0, production, high", DENIED, ALLOWED)
TIGHTENED = Change("d-1", "acme/scorer 1.0.0, production, high", ALLOWED, DENIED)
MISSING = NotReplayed("d-3", "acme/scorer 3.0.0, production, high", "its input is not stored")
REPLAY = Replay("sha256:abc", 5, (TIGHTENED, LOOSENED), (MISSING,))


def test_a_table_shows_loosened_decisions_first_and_marked() -> None:
    lines = report.table(REPLAY).splitlines()

    assert lines[0] == "7 decisions replayed on sha256:abc"
    assert "1 go from deny to allow" in lines
    marked = [line for line in lines if line.startswith("! ")]
    assert marked == ["! deny -> allow      acme/scorer 2.0.0, production, high  d-2"]
    assert lines.index(marked[0]) < lines.index(
        "  allow -> deny      acme/scorer 1.0.0, production, high  d-1"
    )


def test_what_was_not_replayed_is_listed_with_the_reason() -> None:
    for write in report.WRITERS.values():
        assert "its input is not stored" in write(REPLAY)


def test_json_has_everything() -> None:
    document = json.loads(report.document(REPLAY))

    assert document["flips"] == {"allow->deny": 1, "deny->allow": 1}
    assert document["loosened"] == 1
    assert document["changes"][1]["before"]["reasons"][0]["code"] == "evaluation.stale"


def test_a_name_cannot_break_out_of_its_cell_in_markdown() -> None:
    name = "acme/x | [click](http://evil.example) <img>\n| y"
    change = Change("d-2", name, DENIED, ALLOWED)
    rows = report.markdown(Replay("r", 0, (change,), ())).splitlines()
    (row,) = [row for row in rows if "acme" in row]

    assert r"acme/x \| \[click\](http://evil.example) \<img\> \| y" in row


def test_more_rows_than_fit_are_counted() -> None:
    changes = tuple([TIGHTENED] * (report.MOST_ROWS + 7))

    assert "and 7 more" in report.table(Replay("r", 0, changes, ()))
    assert len(json.loads(report.document(Replay("r", 0, changes, ())))["changes"]) == 57
