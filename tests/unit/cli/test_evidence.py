from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.cli.evidence.piece import READERS
from tests.evidence import SAMPLES

LM_EVAL = SAMPLES / "evals/lm_eval"
OWN_RUN = LM_EVAL / "results_2026-11-24T18-26-15.009855.json"
OWN_SAMPLES = LM_EVAL / "samples_tiny_mc_a_2026-11-24T18-26-15.009855.jsonl"
EARLY = LM_EVAL / "pythia_1.4b-deduped_step63000_zero-shot.json"
LATE = LM_EVAL / "pythia_1.4b-deduped_step73000_zero-shot_BASELINE.json"
CARD = SAMPLES / "model_cards/hf/EleutherAI_pythia-70m-deduped.README.md"
BROKEN_CARD = SAMPLES / "model_cards/hf/wav2vec2_sprint_MODEL_CARD.md"
FLAT = SAMPLES / "evals/flat_metrics/metrics.json"
FAILED = SAMPLES / "evals/inspect/2026-11-24T18-33-44-00-00_failing_6m34H4GcXtanqBXi4sDgxU.json"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["evidence", *map(str, words)])


def documents(*words: str | Path) -> list[dict[str, Any]]:
    answered = run("read", "--output", "json", *words)
    return [json.loads(line) for line in answered.stdout.splitlines()]


def test_what_could_be_read_is_shown() -> None:
    answered = run("read", OWN_RUN, CARD)

    assert answered.exit_code == 0
    assert "ok (evaluation, lm_eval)" in answered.stdout
    assert "ok (card, hf_readme)" in answered.stdout
    assert "STDERR_ZERO" in answered.stdout


def test_json_is_one_document_a_line() -> None:
    report, card = documents(OWN_RUN, CARD)

    assert (report["status"], report["kind"], report["format"]) == ("ok", "evaluation", "lm_eval")
    assert report["document"]["results"][0]["at"] == "/results/tiny_mc_a/acc,none"
    assert {flag["code"] for flag in report["quality"]} == {
        "STDERR_ZERO",
        "STDERR_MISSING",
        "SUBJECT_UNKNOWN",
    }
    assert (card["kind"], card["path"]) == ("card", str(CARD))
    assert card["document"]["sections"]["intended_use"]["state"] == "present"


def test_absent_members_are_left_out() -> None:
    (report,) = documents(EARLY)

    assert "tool_version" not in report["document"]
    assert "null" not in json.dumps(report["document"])


@pytest.mark.parametrize(
    ("path", "status"), [(BROKEN_CARD, "partial"), (FAILED, "partial"), (CARD, "ok")]
)
def test_what_is_torn_or_failed_is_partial(path: Path, status: str) -> None:
    (found,) = documents(path)

    assert found["status"] == status


def test_what_cannot_be_told_is_unknown_and_names_the_formats() -> None:
    answered = run("read", OWN_RUN, FLAT)

    assert answered.exit_code == 1
    assert "unknown" in answered.stdout
    assert "flat_metrics" in answered.stdout


def test_a_hint_settles_it() -> None:
    (found,) = documents(FLAT, "--format", "flat_metrics")

    assert (found["status"], found["format"]) == ("ok", "flat_metrics")


def test_a_wrong_hint_is_refused() -> None:
    (found,) = documents(FLAT, "--format", "lm_eval")

    assert found["status"] == "refused"
    assert found["message"].startswith("not readable as lm_eval")


def test_a_folder_is_one_report() -> None:
    (found,) = documents(SAMPLES / "evals/helm/hellaswag_pythia-1b")

    assert found["document"]["subject"]["name"] == "huggingface/pythia-1b-v0"


def test_a_path_that_is_not_there_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    absent = tmp_path / "absent.json"
    answered = run("read", absent, OWN_RUN, "--output", "json")

    told, read = (json.loads(line) for line in answered.stdout.splitlines())
    assert answered.exit_code == 1
    assert (told["path"], told["status"]) == (str(absent), "refused")
    assert "No such file" in told["message"]
    assert read["status"] == "ok"


def test_every_document_has_every_member(tmp_path: Path) -> None:
    torn = tmp_path / "x.zip"
    torn.write_bytes(b"PK")
    members = {"path", "status", "kind", "format", "document", "quality"}

    found = documents(tmp_path / "absent.json", torn, FLAT, OWN_RUN)

    assert [one["status"] for one in found] == ["refused", "refused", "unknown", "ok"]
    assert all(one.keys() >= members for one in found)


def test_an_empty_folder_is_no_report(tmp_path: Path) -> None:
    (told,) = documents(tmp_path)

    assert (told["status"], told["message"]) == ("refused", "0 files, not one to 200")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)

    (told,) = documents(pipe)

    assert (told["status"], told["message"]) == ("refused", "no file, but a pipe or a device")


def test_results_of_the_hub_are_found_in_their_folder(tmp_path: Path) -> None:
    (tmp_path / ".eval_results").mkdir()
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n# scorer\n")
    (tmp_path / ".eval_results/gsm8k.yaml").write_text(
        "- dataset: {id: openai/gsm8k, task_id: default}\n  value: 0.71\n"
    )

    (card,) = documents(tmp_path)

    (reported,) = card["document"]["reported_results"]
    assert (reported["dataset"]["id"], reported["value_native"]) == ("openai/gsm8k", 0.71)


def test_markup_in_evidence_is_shown_as_it_is(tmp_path: Path) -> None:
    card = tmp_path / "card.md"
    card.write_text("# Model card: [red]odd[/red] \x1b[31m\n## Limitations\nmany\n")

    answered = run("read", card)

    assert "[red]odd[/red]" in answered.stdout
    assert "\x1b" not in answered.stdout


def test_every_format_is_listed() -> None:
    listed = run("formats").stdout

    assert all(f" {reader.format} " in listed for reader in READERS)


def test_a_record_says_what_the_schema_of_every_eval_ever_requires() -> None:
    record = json.loads(run("read", OWN_RUN, "--output", "every_eval_ever").stdout)

    scale = record["evaluation_results"][0]["metric_config"]
    assert (scale["score_type"], scale["min_score"], scale["max_score"]) == ("continuous", 0.0, 1.0)
    assert record["model_info"]["additional_details"] == {
        "deployment_type": "unknown",
        "model_availability": "unknown",
    }


def test_a_report_is_translated_to_every_eval_ever(tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    record.write_text(run("read", OWN_RUN, "--output", "every_eval_ever").stdout)

    (again,) = documents(record)

    assert again["format"] == "every_eval_ever"
    first = again["document"]["results"][0]
    assert (first["metric"]["id"], first["value"], first["n"]) == ("accuracy", 0.3, 60)


def test_a_card_is_translated_to_cyclonedx(tmp_path: Path) -> None:
    bom = tmp_path / "bom.json"
    bom.write_text(run("read", CARD, "--output", "cyclonedx").stdout)

    (again,) = documents(bom)

    assert (again["format"], again["status"]) == ("cyclonedx", "ok")
    assert again["document"]["name"] == "Pythia-70M-deduped"
    assert again["document"]["owners"] == ["EleutherAI"]


@pytest.mark.parametrize(
    ("path", "output"), [(CARD, "every_eval_ever"), (OWN_RUN, "cyclonedx"), (FLAT, "cyclonedx")]
)
def test_what_has_no_translation_is_told(path: Path, output: str) -> None:
    assert run("read", path, "--output", output).exit_code == 3


def test_two_checkpoints_are_compared() -> None:
    answered = run("compare", EARLY, LATE)

    assert answered.exit_code == 1
    assert "172 results in both" in answered.stdout
    assert "0 not worse, 22 not comparable" in answered.stdout


def test_a_margin_that_is_wide_enough_is_not_worse() -> None:
    lines = run("compare", OWN_RUN, OWN_RUN, "--output", "json", "--margin", "0.5").stdout
    compared = [json.loads(line) for line in lines.splitlines()]

    verdicts = {c["candidate"]["dataset"]["id"]: c["is_not_worse"] for c in compared}
    assert verdicts["tiny_mc_a"] is True
    assert verdicts["tiny_ppl_a"] is False


def test_samples_beside_the_results_make_pairs(tmp_path: Path) -> None:
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        for file in (OWN_RUN, OWN_SAMPLES):
            (folder / file.name).write_bytes(file.read_bytes())

    lines = run("compare", tmp_path / "a", tmp_path / "b", "--output", "json").stdout
    first = json.loads(lines.splitlines()[0])

    assert (first["method"], first["pairs"], first["p_value"]) == ("newcombe_paired", 60, 1.0)


def test_reports_with_nothing_in_common_prove_nothing() -> None:
    answered = run("compare", OWN_RUN, EARLY)

    assert answered.exit_code == 1
    assert "no result in common" in answered.stdout


@pytest.mark.parametrize("other", [CARD, FLAT])
def test_only_reports_are_compared(other: Path) -> None:
    assert run("compare", OWN_RUN, other).exit_code == 3
    assert run("compare", other, OWN_RUN).exit_code == 3


def test_a_flat_file_is_told_by_the_mapping_beside_it(tmp_path: Path) -> None:
    mapping = tmp_path / "map.json"
    described = {"metric": "accuracy", "unit": "fraction", "n": 80}
    mapping.write_text(
        json.dumps(
            {
                "schema": "countersign.dev/evidence-mapping/v1",
                "format": "flat_metrics",
                "dataset": {"id": "acme/mail"},
                "metrics": {"acc": described},
            }
        )
    )
    (tmp_path / "flat.json").write_text('{"acc": 0.9}')

    (alone,) = documents(tmp_path / "flat.json")
    (mapped,) = documents("--map", mapping, tmp_path / "flat.json")

    assert alone["status"] == "unknown"
    assert (mapped["format"], mapped["document"]["results"][0]["n"]) == ("flat_metrics", 80)
