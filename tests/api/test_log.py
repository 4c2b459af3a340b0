from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import timedelta

import pytest

from app.api import contracts
from app.domain.caller import Role
from app.domain.entry import Draft, Entry, Kind, Move, Personal, rfc3339
from app.domain.log import checkpoint, merkle, note, receipt, tile, trust
from tests.api.conftest import Gate

AUDITOR = Role.AUDITOR


def test_a_search_finds_what_its_filters_say(gate: Gate) -> None:
    made = gate.submit().get_json()
    gate.submit(stage="staging")

    page = gate.ask("GET", "/v1/log?kind=decision&stage=production", AUDITOR).get_json()
    assert [entry["decision_id"] for entry in page["entries"]] == [made["decision_id"]]
    assert (page["total"], page["is_total_exact"], page["next_cursor"]) == (1, True, None)
    contracts.check("log_page", page)


def test_one_line_asks_the_same_as_parameters(gate: Gate) -> None:
    gate.submit()

    by_name = gate.ask("GET", "/v1/log?kind=decision&model=acme/scorer", AUDITOR).get_json()
    by_line = gate.ask("GET", "/v1/log?q=kind:decision+model:acme/scorer", AUDITOR).get_json()
    assert by_line["entries"] == by_name["entries"]
    assert by_line["total"] == 1


def test_the_next_page_is_found_by_its_cursor(gate: Gate) -> None:
    for stage in ("production", "staging", "production"):
        gate.submit(stage=stage)

    first = gate.ask("GET", "/v1/log?kind=decision&limit=2", AUDITOR).get_json()
    path = f"/v1/log?kind=decision&limit=2&cursor={first['next_cursor']}"
    gate.submit(stage="staging")
    second = gate.ask("GET", path, AUDITOR).get_json()
    assert [e["seq"] for e in first["entries"] + second["entries"]][::-1] == sorted(
        e["seq"] for e in first["entries"] + second["entries"]
    )
    assert len(second["entries"]) == 1
    assert second["as_of"]["size"] == first["as_of"]["size"]
    assert "total" not in second


@pytest.mark.parametrize(
    "query",
    [
        "colour=red",
        "limit=0x",
        "limit=0",
        "limit=1001",
        "outcome=deny&outcome=allow",
        "words=%25",
        "cursor=nonsense",
        "from=yesterday",
        "q=-word",
        "kind=",
    ],
)
def test_a_question_that_is_not_clear_is_a_problem(gate: Gate, query: str) -> None:
    answer = gate.ask("GET", f"/v1/log?{query}", AUDITOR)

    assert answer.status_code == 422
    assert answer.get_json()["code"] == "invalid_submission"


def test_the_receipt_of_a_decision_proves_the_very_bytes_answered(gate: Gate) -> None:
    answer = gate.submit()

    proof = gate.ask("GET", f"/v1/decisions/{answer.get_json()['decision_id']}/receipt")
    key = note.parse_key(gate.ask("GET", "/v1/log/key").text)
    receipt.verify(receipt.parse(proof.text), answer.data, trust.of_key(key))


@pytest.mark.parametrize(
    "path",
    [
        "/v1/decisions/none/receipt",
        "/v1/log/entries/99",
        "/v1/log/entries/99999999999999999999",
        "/v1/log/entries/99/receipt",
        "/v1/log/tile/0/999",
        "/v1/log/tile/0/9",
        "/v1/log/tile/x/000",
        "/v1/log/consistency?old=1&new=99",
        "/v1/log/released?model=acme/scorer&stage=production",
    ],
)
def test_what_is_not_there_is_not_found(gate: Gate, path: str) -> None:
    assert gate.ask("GET", path, AUDITOR).status_code == 404


def test_an_entry_is_read_as_it_was_recorded(gate: Gate) -> None:
    answer = gate.submit()

    read = gate.ask("GET", f"/v1/log/entries/{answer.get_json()['seq']}", AUDITOR)
    assert read.data == answer.data


def test_tiles_and_checkpoint_agree(gate: Gate) -> None:
    gate.submit()

    signed = gate.ask("GET", "/v1/log/checkpoint").text
    stated = checkpoint.parse(note.split(signed)[0])
    width = stated.size
    hashes = gate.ask("GET", f"/v1/log/tile/0/000.p/{width}").data
    bundle = gate.ask("GET", f"/v1/log/tile/entries/000.p/{width}").data
    leaves = [merkle.leaf_hash(entry) for entry in tile.unbundle(bundle)]
    assert hashes == b"".join(leaves)
    assert merkle.grow(merkle.EMPTY, leaves).frontier.root == stated.root


@pytest.mark.parametrize(("query", "status"), [("witnessed=false", 200), ("witnessed=yes", 422)])
def test_a_checkpoint_is_asked_for_plainly(gate: Gate, query: str, status: int) -> None:
    assert gate.ask("GET", f"/v1/log/checkpoint?{query}").status_code == status


def test_a_cosignature_that_is_none_is_pointed_at(gate: Gate) -> None:
    size = checkpoint.parse(note.split(gate.world.ports.log.checkpoint())[0]).size
    lines = ["\u2014 witness.example " + "0" * 120]

    answer = gate.ask(
        "POST", "/v1/log/cosignatures", Role.OPERATOR, json={"size": size, "lines": lines}
    )

    assert (answer.status_code, answer.get_json()["pointer"]) == (422, "/lines/0")


def test_two_checkpoints_are_consistent(gate: Gate) -> None:
    old = checkpoint.parse(note.split(gate.ask("GET", "/v1/log/checkpoint").text)[0])
    gate.submit()
    new = checkpoint.parse(note.split(gate.ask("GET", "/v1/log/checkpoint").text)[0])

    path = f"/v1/log/consistency?old={old.size}&new={new.size}"
    proof = gate.ask("GET", path).get_json()
    contracts.check("log_consistency", proof)
    hashes = [checkpoint.decoded(text) for text in proof["hashes"]]
    assert merkle.is_consistent(old.size, new.size, old.root, new.root, hashes)


def test_what_was_released_at_a_time_is_the_last_that_was_allowed(gate: Gate) -> None:
    clock = gate.world.clock
    first = gate.submit().get_json()
    clock.advance(600)
    between = clock.now() - timedelta(minutes=5)
    second = gate.submit().get_json()

    path = "/v1/log/released?model=acme/scorer&stage=production"
    now = gate.ask("GET", path, AUDITOR).get_json()
    then = gate.ask("GET", f"{path}&at={between:%Y-%m-%dT%H:%M:%SZ}", AUDITOR).get_json()
    assert now["decision_id"] == second["decision_id"]
    assert then["decision_id"] == first["decision_id"]


def test_an_export_can_be_checked_line_by_line(gate: Gate) -> None:
    gate.submit()

    *lines, last = gate.ask("GET", "/v1/log/export", AUDITOR).data.splitlines(keepends=True)
    trailer = json.loads(last)["export"]
    assert trailer["count"] == len(lines)
    assert trailer["sha256"] == hashlib.sha256(b"".join(lines)).hexdigest()
    size = checkpoint.parse(note.split(trailer["checkpoint"])[0]).size
    leaves = [merkle.leaf_hash(line[:-1]) for line in lines]
    assert size == len(lines) + 1  # the export itself is the entry after the last
    assert [json.loads(line)["seq"] for line in lines] == list(range(len(leaves)))


def test_an_export_is_an_entry_that_tells_who_took_what(gate: Gate) -> None:
    gate.submit()
    gate.ask("GET", "/v1/log/export?kind=decision&format=csv", AUDITOR)

    (found,) = gate.ask("GET", "/v1/log?kind=log_exported", AUDITOR).get_json()["entries"]
    assert found["entry"]["actor"] == "auditor@acme.example"
    assert found["format"] == "csv"
    assert json.loads(found["question"]) == {"kind": "decision"}


def test_an_export_resumes_where_it_broke_off(gate: Gate) -> None:
    for _ in range(3):
        gate.submit()
    whole = gate.ask("GET", "/v1/log/export", AUDITOR).data.splitlines()[:-2]

    start = json.loads(whole[-2])["seq"]
    rest = gate.ask("GET", f"/v1/log/export?start={start}", AUDITOR).data.splitlines()
    assert rest[:2] == whole[-2:]


def test_a_spreadsheet_runs_nothing_of_an_export(gate: Gate) -> None:
    log = gate.world.stores.log
    log.append(Draft("=cmd|calc", Kind.APPROVAL, "@eve", {"comment": "x"}, model="-1+1"))

    text = gate.ask("GET", "/v1/log/export?format=csv&kind=approval", AUDITOR).text
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["id"], row["actor"], row["model"]) == ("'=cmd|calc", "'@eve", "'-1+1")


@pytest.mark.parametrize("query", ["format=xml", "start=-1", "colour=red"])
def test_an_export_that_is_not_clear_is_a_problem(gate: Gate, query: str) -> None:
    assert gate.ask("GET", f"/v1/log/export?{query}", AUDITOR).status_code == 422


def test_only_those_who_observe_take_the_log_away(gate: Gate) -> None:
    assert gate.ask("GET", "/v1/log/export", Role.SUBMITTER).status_code == 403
    assert gate.ask("GET", "/v1/log/export", AUDITOR).status_code == 200


ERASURE = {"seq": 0, "reason": "request 7"}
SAID = Personal("comment", "ask Ann", "chance")


def put_on(gate: Gate, entry_id: str, expected: int | None) -> Entry:
    move = Move("stage:acme/scorer:production", expected)
    return gate.world.ports.log.append(Draft(entry_id, Kind.DECISION, "ci", {}, moves=(move,)))


def test_what_stood_on_a_stage_at_a_time_is_told(gate: Gate) -> None:
    gate.world.clock.advance(60)
    first = put_on(gate, "d-1", None)
    gate.world.clock.advance(60)
    second = put_on(gate, "d-2", first.seq)

    asked = "/v1/log/on-stage?model=acme/scorer&stage=production"
    then = rfc3339(second.at - 1)
    before = rfc3339(first.at - 1)
    assert gate.ask("GET", asked, AUDITOR).data == second.body
    assert gate.ask("GET", f"{asked}&at={then}", AUDITOR).data == first.body
    assert gate.ask("GET", f"{asked}&at={before}", AUDITOR).status_code == 404


@pytest.mark.parametrize("query", ["", "model=a/b", "model=a/b&stage=dev&when=now", "stage=dev"])
def test_a_stage_is_asked_for_by_model_and_stage(gate: Gate, query: str) -> None:
    assert gate.ask("GET", f"/v1/log/on-stage?{query}", AUDITOR).status_code == 422


def test_an_operator_has_a_personal_text_erased(gate: Gate) -> None:
    log = gate.world.ports.log
    made = log.append(Draft("a-1", Kind.APPROVAL, "ann", {}, personal=(SAID,)))
    path = f"/v1/log/entries/{made.seq}/personal"
    asked = {**ERASURE, "seq": made.seq}

    told = gate.ask("GET", path, AUDITOR).get_json()
    answer = gate.ask("POST", "/v1/log/erasures", Role.OPERATOR, json=asked)
    contracts.check("personal_texts", told)
    contracts.check("erasure", answer.get_json())
    assert (told["texts"][0]["text"], answer.status_code) == ("ask Ann", 201)
    assert gate.ask("GET", path, AUDITOR).status_code == 404
    assert gate.ask("GET", f"/v1/log/entries/{made.seq}", AUDITOR).data == made.body


@pytest.mark.parametrize("change", [{"seq": -1}, {"seq": "0"}, {"reason": ""}, {"who": "me"}])
def test_an_erasure_that_is_not_clear_is_a_problem(gate: Gate, change: dict[str, object]) -> None:
    asked = {**ERASURE, **change}

    answer = gate.ask("POST", "/v1/log/erasures", Role.OPERATOR, json=asked)
    assert answer.status_code == 422


def test_there_is_no_erasure_of_what_is_not_there(gate: Gate) -> None:
    answer = gate.ask("POST", "/v1/log/erasures", Role.OPERATOR, json={**ERASURE, "seq": 99})

    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")
