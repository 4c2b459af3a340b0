from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyarrow import parquet  # type: ignore[import-untyped] # it has no types

from app.cli.log.parquet import TRAILER, ParquetError, write
from app.domain.entry import Draft, Kind, Move, Personal
from tests.audits.conftest import Audited, fill, serving


def test_list_shows_what_a_question_finds(audited: Audited) -> None:
    told = audited.run("list", "outcome:deny kind:decision", "--limit", "2")

    assert told.exit_code == 0
    assert "deny" in told.output
    assert "99 found" in told.output
    assert "next page: --cursor" in told.output


def test_list_gives_json_for_programs(audited: Audited) -> None:
    page = json.loads(audited.run("list", "--limit", "1", "--output", "json").stdout)

    assert page["entries"][0]["seq"] == 299


def test_list_says_what_is_wrong_with_a_question(audited: Audited) -> None:
    told = audited.run("list", "colour:red")

    assert told.exit_code == 3
    assert "colour" in told.stderr


def test_show_gives_an_entry_by_place_and_a_decision_by_id(audited: Audited) -> None:
    by_id = audited.run("show", "d-5").stdout
    place = json.loads(by_id)["seq"]

    assert audited.run("show", str(place)).stdout == by_id
    assert audited.run("show", "d-none").exit_code == 3


def test_a_checkpoint_is_fetched_and_a_gate_is_verified_over_http(
    audited: Audited, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.checkpoint"
    kept.write_text(audited.run("checkpoint").stdout)

    told = audited.run("verify", audited.url, "--key", audited.key, "--checkpoint", str(kept))
    assert told.exit_code == 0
    assert "whole: 300 entries" in told.output


def test_verify_tells_programs_what_it_found(audited: Audited, bundle: Path) -> None:
    told = audited.run("verify", str(bundle), "--key", audited.key, "--output", "json")

    assert json.loads(told.stdout) == {
        "is_whole": True,
        "size": 300,
        "checked": 300,
        "findings": [],
        "more": 0,
        "elsewhere": [],
    }


def test_a_trust_policy_may_want_a_witness_that_has_not_seen_the_log(
    audited: Audited, bundle: Path, tmp_path: Path
) -> None:
    policy = tmp_path / "trust"
    policy.write_text(f"log {audited.key}\nquorum none\n")
    assert audited.run("verify", str(bundle), "--trust", str(policy)).exit_code == 0

    witness = "witness.test+6a9c3f1b+BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    policy.write_text(f"log {audited.key}\nwitness w {witness}\nquorum w\n")
    assert audited.run("verify", str(bundle), "--trust", str(policy)).exit_code == 3


@pytest.mark.parametrize("options", [(), ("--key", "nonsense")])
def test_nothing_is_verified_without_somebody_to_trust(
    audited: Audited, bundle: Path, options: tuple[str, ...]
) -> None:
    assert audited.run("verify", str(bundle), *options).exit_code == 3


def test_what_is_no_bundle_cannot_be_checked(audited: Audited, tmp_path: Path) -> None:
    (tmp_path / "log.zip").write_bytes(b"no zip")

    told = audited.run("verify", str(tmp_path / "log.zip"), "--key", audited.key)
    assert told.exit_code == 3
    assert audited.run("verify", str(tmp_path), "--key", audited.key).exit_code == 1


def test_the_signing_key_is_its_owners_alone(audited: Audited) -> None:
    assert stat.S_IMODE((audited.folder / "log.key").stat().st_mode) == 0o600


@pytest.fixture
def grown(tmp_path: Path) -> Iterator[Audited]:
    """A log for one test, which adds to it: others count on the size of theirs."""
    with serving(tmp_path, lambda stores, clock: fill(stores, clock, 2, 9)) as made:
        yield made


def test_an_erased_text_is_gone_and_the_log_stays_whole(grown: Audited) -> None:
    said = Personal("comment", "ask Ann", "chance")
    made = grown.stores.log.append(Draft("a-1", Kind.APPROVAL, "ann", {}, personal=(said,)))
    erase = ("erase", str(made.seq), "--reason", "request 7", "--yes")

    told = grown.run(*erase, "--token", grown.operator)
    assert told.exit_code == 0
    assert f"erased comment of entry {made.seq}" in told.output
    assert grown.stores.log.personal([made.seq]) == {}
    assert grown.run("verify", grown.url, "--key", grown.key).exit_code == 0
    assert grown.run(*erase, "--token", grown.operator).exit_code == 3
    assert grown.run(*erase).exit_code == 3


def test_on_stage_shows_the_entry_that_put_a_release_there(grown: Audited) -> None:
    move = Move("stage:acme/scorer:staging", None)
    made = grown.stores.log.append(Draft("p-1", Kind.DECISION, "ci", {}, moves=(move,)))

    told = grown.run("on-stage", "acme/scorer", "staging")
    assert told.stdout_bytes.rstrip() == made.body
    assert grown.run("on-stage", "acme/scorer", "staging", "--at", "2020-01-01").exit_code == 3


def test_a_parquet_export_holds_the_very_bytes_in_rows(audited: Audited, tmp_path: Path) -> None:
    target = tmp_path / "log.parquet"

    asked = ("export", "outcome:deny kind:decision", "--format", "parquet", "--file", str(target))
    told = audited.run(*asked)
    rows = parquet.read_table(target).to_pylist()
    assert told.exit_code == 0
    assert len(rows) == 99
    assert rows[0]["body"] == audited.run("show", str(rows[0]["seq"])).stdout_bytes
    assert {row["outcome"] for row in rows} == {"deny"}
    trailer = json.loads(parquet.read_metadata(target).metadata[TRAILER.encode()])
    assert trailer["count"] == 99


def test_a_parquet_export_that_broke_off_is_no_export(tmp_path: Path) -> None:
    with pytest.raises(ParquetError, match="broke off"):
        write([b'{"at":"2026-11-24T12:00:00Z","entry":{},"seq":0}\n'], tmp_path / "log.parquet")


def test_parquet_needs_a_file_to_write(audited: Audited) -> None:
    told = audited.run("export", "--format", "parquet")

    assert told.exit_code == 3
    assert "--file" in told.stderr


def test_decisions_are_exported_as_assessment_results(audited: Audited) -> None:
    told = audited.run("export", "outcome:deny", "--format", "oscal")

    written = json.loads(told.stdout)["assessment-results"]
    assert len(written["results"][0]["observations"]) == 99
    assert written["metadata"]["oscal-version"] == "1.1.3"
