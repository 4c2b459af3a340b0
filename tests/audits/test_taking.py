"""What `countersign log` shows and takes away, of a log that these tests add to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.cli.client import Client, ClientError
from app.cli.log import log, reading
from app.domain.entry import Draft, Kind
from tests.audits.conftest import Audited, fill, serving
from tests.services.loopback import served

KEY = "gate.test/log+2ddeef1a+ATMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMz"


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    with serving(
        tmp_path_factory.mktemp("taken"), lambda stores, clock: fill(stores, clock, 2, 40)
    ) as made:
        yield made


def test_list_lets_nobody_steer_a_terminal_and_keeps_within_80_columns(audited: Audited) -> None:
    reasons = [{"code": f"check.{'x' * 20}_{n}", "message": "\x1b[2J said"} for n in range(9)]
    draft = Draft("e-1", Kind.COULD_NOT_DECIDE, "eve\x1b[2J\u202e", {"reasons": reasons})
    seq = audited.stores.log.append(draft).seq

    for told in (audited.run("list", "kind:could_not_decide"), audited.run(*show(seq))):
        assert "by eve\\x1b[2J\\u202e" in told.stdout
        assert "\x1b" not in told.stdout
        assert max(map(len, told.stdout.splitlines())) <= 80


def show(seq: int) -> tuple[str, ...]:
    return "show", str(seq), "--output", "text"


def test_what_is_shown_is_asked_for_by_its_name_alone(audited: Audited) -> None:
    for name in ("../log", "../tokens", "a/b", "?x", "99999999999999999999"):
        told = audited.run("show", name)
        assert (told.exit_code, "has nothing at" in told.stderr) == (3, True)


def test_a_checkpoint_is_told_as_json_too(audited: Audited) -> None:
    told = json.loads(audited.run("checkpoint", "--output", "json").stdout)

    assert told["checkpoint"].startswith(f"{told['origin']}\n{told['size']}\n")
    assert len(told["root"]) == 64


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_an_export_that_broke_off_is_gone_on_with(
    audited: Audited, tmp_path: Path, form: str
) -> None:
    taken, again = tmp_path / "taken", tmp_path / "again"
    asked = ("export", "kind:decision", "--format", form)
    assert audited.run(*asked, "--file", str(taken)).exit_code == 0
    whole = taken.read_bytes()
    broken_off(audited, again, whole[: len(whole) // 2], format=form, question="kind:decision")
    told = audited.run(*asked, "--file", str(again), "--resume")

    assert (told.exit_code, list(tmp_path.glob("*.part*"))) == (0, [])
    *lines, last = again.read_bytes().splitlines()
    *wanted, told_last = whole.splitlines()
    assert lines == wanted
    if form == "jsonl":
        now, then = json.loads(last)["export"], json.loads(told_last)["export"]
        assert {**now, "checkpoint": None} == {**then, "checkpoint": None}


def broken_off(audited: Audited, target: Path, content: bytes, **asked: object) -> Path:
    """Leave what an export leaves that broke off: what came, and what was asked for."""
    part = target.with_name(f"{target.name}.part")
    part.write_bytes(content)
    stated = {"question": "", "format": "jsonl", "start": 0, "log": audited.key, **asked}
    part.with_name(f"{part.name}.asked").write_text(json.dumps(stated))
    return part


def test_an_export_that_broke_off_leaves_what_it_was_asked_for(
    audited: Audited, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks_off(*_: object) -> Iterator[bytes]:
        yield b'{"seq":0}\n'
        raise ClientError("the gate broke off")

    target = tmp_path / "log.jsonl"
    with monkeypatch.context() as patched:
        patched.setattr(Client, "stream", breaks_off)
        told = audited.run("export", "kind:decision", "--start", "0", "--file", str(target))
    assert (told.exit_code, "--resume goes on" in told.stderr) == (3, True)
    asked = json.loads((tmp_path / "log.jsonl.part.asked").read_text())

    assert asked == {
        "question": "kind:decision",
        "format": "jsonl",
        "start": 0,
        "log": audited.key,
    }


@pytest.mark.parametrize(
    ("otherwise", "named"),
    [
        ({"question": "outcome:deny"}, "question 'outcome:deny', not ''"),
        ({"format": "csv"}, "format 'csv', not 'jsonl'"),
        ({"start": 5}, "start 5, not 0"),
        ({"log": "other+00000000+AAAA"}, "log 'other+00000000+AAAA', not"),
    ],
)
def test_what_was_asked_otherwise_is_not_gone_on_with(
    audited: Audited, tmp_path: Path, otherwise: dict[str, object], named: str
) -> None:
    part = broken_off(audited, tmp_path / "log.jsonl", b'{"seq":0}\n', **otherwise)
    told = audited.run("export", "--file", str(tmp_path / "log.jsonl"), "--resume")

    assert (told.exit_code, named in told.stderr) == (3, True)
    assert part.read_bytes() == b'{"seq":0}\n'


def test_what_nobody_knows_the_question_of_is_not_gone_on_with(
    audited: Audited, tmp_path: Path
) -> None:
    part = broken_off(audited, tmp_path / "log.jsonl", b'{"seq":0}\n')
    (tmp_path / "log.jsonl.part.asked").unlink()
    told = audited.run("export", "--file", str(tmp_path / "log.jsonl"), "--resume")

    assert (told.exit_code, "begin anew" in told.stderr) == (3, True)
    assert part.read_bytes() == b'{"seq":0}\n'


def test_an_export_overwrites_nothing_and_leaves_nothing_that_is_not_whole(
    audited: Audited, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.write_text("kept")

    for words in (("export",), ("export", "--format", "bundle"), ("proof", "5")):
        told = audited.run(*words, "--file", str(kept))
        assert (told.exit_code, "is there already" in told.stderr) == (3, True)
        told = audited.run(*words, "--file", str(tmp_path / "none" / "x"))
        assert (told.exit_code, "No such file" in told.stderr) == (3, True)
    refused = audited.run("export", "colour:red", "--file", str(tmp_path / "new"))
    assert refused.exit_code == 3
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert kept.read_text() == "kept"
    assert audited.run("export", "--file", str(kept), "--overwrite").exit_code == 0
    assert b'"export"' in kept.read_bytes()


@pytest.mark.parametrize(
    "words",
    [
        ("--resume",),
        ("--resume", "--file", "x", "--format", "oscal"),
        ("--format", "parquet"),
        ("--witnessed", "--file", "x"),
    ],
)
def test_an_export_that_cannot_be_meant_is_refused(audited: Audited, words: tuple[str]) -> None:
    told = audited.run("export", *words)

    assert (told.exit_code, told.stdout) == (3, "")


def test_a_receipt_is_verified_and_told_as_json(audited: Audited, tmp_path: Path) -> None:
    proof, entry = tmp_path / "p.tlog-proof", tmp_path / "p.json"
    assert audited.run("proof", "7", "--file", str(proof)).exit_code == 0
    entry.write_bytes(audited.run("show", "7").stdout_bytes)
    verify = ("verify", str(proof), "--entry", str(entry), "--key", audited.key)
    good = audited.run(*verify, "--output", "json")
    entry.write_text("{}")
    bad = audited.run(*verify, "--output", "json")

    assert (good.exit_code, json.loads(good.stdout)) == (0, {"is_proven": True})
    assert (bad.exit_code, json.loads(bad.stdout)["is_proven"]) == (1, False)


@pytest.mark.parametrize("option", ["--checkpoint", "--trust", "--archive", "--entry"])
def test_a_file_that_is_no_text_is_told_without_a_traceback(
    audited: Audited, tmp_path: Path, option: str
) -> None:
    torn, bundle = tmp_path / "torn", tmp_path / "log.zip"
    torn.write_bytes(b"\xff\xfe\x00")
    assert audited.run("export", "--format", "bundle", "--file", str(bundle)).exit_code == 0
    key = () if option == "--trust" else ("--key", audited.key)
    told = audited.run("verify", str(bundle), *key, option, str(torn))

    assert told.exit_code in {1, 3}
    assert isinstance(told.exception, SystemExit)


def test_a_receipt_without_its_entry_is_asked_for_it(audited: Audited, tmp_path: Path) -> None:
    proof = tmp_path / "p.tlog-proof"
    audited.run("proof", "7", "--file", str(proof))
    told = audited.run("verify", str(proof), "--key", audited.key)

    assert (told.exit_code, "give it by --entry" in told.stderr) == (3, True)


ODD = b'{"entries":[{"entry":5}],"holds":5,"archives":[],"as_of":[],"next_cursor":null}'


@pytest.mark.parametrize("answer", [b"{}", b"[]", b"\xff\x00", b"5", ODD])
def test_what_is_no_gate_is_told_without_a_traceback(tmp_path: Path, answer: bytes) -> None:
    def elsewhere(_: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "application/json")])
        return [answer]

    with served(elsewhere) as url:
        environment = {"COUNTERSIGN_URL": url, "COUNTERSIGN_TOKEN": "x"}
        for words in (
            ("list",),
            ("show", "5", "--output", "text"),
            ("checkpoint", "--output", "json"),
            ("export", "--format", "parquet", "--file", str(tmp_path / "x")),
            ("export", "--format", "bundle", "--file", str(tmp_path / "x")),
            ("holds",),
            ("hold", "--all", "--reason", "x"),
            ("release", "h-1", "--reason", "x"),
            ("erase", "5", "--reason", "x", "--yes"),
            ("archive", str(tmp_path), "--before", "2027-01-01", "--key", KEY),
        ):
            told = CliRunner(env=environment).invoke(log, words)
            assert (words, told.exit_code) == (words, 3)
            assert isinstance(told.exception, SystemExit)
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_ours_is_not_told_as_one_of_the_gate(
    audited: Audited, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> str:
        raise KeyError("ours")

    monkeypatch.setattr(reading, "query", broken)
    told = audited.run("list")

    assert isinstance(told.exception, KeyError)
