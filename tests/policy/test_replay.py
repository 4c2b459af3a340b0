"""`countersign replay` on the shipped policies: the flips are those of a full recomputation."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from app.adapters.engines.candidates.opa_batch import OpaBatch
from app.adapters.engines.delivery import archive
from app.cli import main
from app.domain.canonical import canonical_json
from app.domain.decision import Verdict
from app.domain.errors import PolicyEngineError
from app.gate import record
from tests.builders import a_caller, a_held, a_release
from tests.policy.cases import cases
from tests.policy.edits import random_edits
from tests.policy.inputs import Document, an_input, edited
from tests.policy.opa import Policies, policies_with
from tests.policy.test_parity import PROJECT, VERDICTS, is_typed

DECISIONS = 1000
SEED = 7
STRICTER = 0.845
"""Lower bound on sciq: above that of the smallest allowed input, below some random edits."""


def thresholds_with(at_least: float) -> Document:
    path = PROJECT / "policies" / "gate" / "thresholds" / "data.yaml"
    thresholds: Document = yaml.safe_load(path.read_text(encoding="utf-8"))
    for requirement in thresholds["production"]["high"]["requirements"]:
        if requirement["dataset"] == "sciq":
            requirement["at_least"] = at_least
    return thresholds


@contextmanager
def a_batch(opa_binary: Path, policies: Path) -> Iterator[OpaBatch]:
    candidate = OpaBatch(opa_binary, archive.read(policies), VERDICTS, limit=timedelta(seconds=30))
    try:
        yield candidate
    finally:
        candidate.close()


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    start = [an_input()]
    start += [edited(an_input(), case.broken) for case in cases() if not case.broken_data]
    for step in range(60):
        lower = {"/evaluations/reports/0/results/0/uncertainty/ci_low": 0.82 + step / 2000}
        start.append(edited(an_input(), lower))
    edits = (document for document in random_edits(start, SEED) if is_typed(document))
    return list(islice(edits, DECISIONS))


@pytest.fixture(scope="module")
def recorded(
    opa_binary: Path, documents: list[Document], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The decisions on all documents, newest first, as --keep writes them."""
    scratch = tmp_path_factory.mktemp("recorded")
    with a_batch(opa_binary, policies_with(scratch, {})) as active:
        verdicts = active.evaluate_all([canonical_json(document) for document in documents])
    file = scratch / "decisions.jsonl"
    lines = [
        _line(n, doc, verdict)
        for n, (doc, verdict) in enumerate(zip(documents, verdicts, strict=True))
    ]
    file.write_bytes(b"\n".join(lines) + b"\n")
    return file


@pytest.fixture(scope="module")
def every_tenth(recorded: Path) -> Path:
    """A tenth of what is recorded: enough where it does not matter how much it is."""
    file = recorded.with_name("every_tenth.jsonl")
    file.write_bytes(b"".join(recorded.read_bytes().splitlines(keepends=True)[::10]))
    return file


def _line(number: int, document: Document, verdict: Verdict | PolicyEngineError) -> bytes:
    assert isinstance(verdict, Verdict)
    body = record.rehearsal(a_release(), document, a_held(), verdict, a_caller()).body
    at = f"2026-11-{20 - number * 20 // DECISIONS:02}T00:00:00.000000Z"
    decision = {**body, "decision_id": f"d-{number}", "at": at}
    return canonical_json({"decision": decision, "input": document})


@pytest.fixture
def replay(opa_binary: Path, recorded: Path) -> Callable[..., Result]:
    def run(policies: Path, *more: str, decisions: Path = recorded) -> Result:
        given = ["--decisions", str(decisions), "--opa", str(opa_binary)]
        return CliRunner().invoke(main, ["replay", "--candidate", str(policies), *given, *more])

    return run


def test_the_same_policies_change_nothing(replay: Callable[..., Result], tmp_path: Path) -> None:
    ran = replay(policies_with(tmp_path, {}), "--output", "json")

    assert ran.exit_code == 0
    found = json.loads(ran.stdout)
    assert (found["same"], found["changes"], found["not_replayed"]) == (DECISIONS, [], [])


def test_a_threshold_flips_exactly_what_a_full_recomputation_flips(
    replay: Callable[..., Result],
    tmp_path: Path,
    documents: list[Document],
    policies: Policies,
) -> None:
    stricter = thresholds_with(STRICTER)
    ran = replay(policies_with(tmp_path, {"thresholds": stricter}), "--output", "json")
    flips = {
        (change["decision_id"], change["before"]["outcome"], change["after"]["outcome"])
        for change in json.loads(ran.stdout)["changes"]
        if change["kind"] == "outcome"
    }
    before = policies.verdicts(documents)
    after = policies.verdicts(documents, {"thresholds": stricter})
    recomputed = {
        (f"d-{number}", old["outcome"], new["outcome"])
        for number, (old, new) in enumerate(zip(before, after, strict=True))
        if old["outcome"] != new["outcome"]
    }

    assert flips == recomputed
    assert len(flips) > DECISIONS // 100
    assert ran.exit_code == 0


def test_a_loosened_threshold_must_be_acknowledged(
    replay: Callable[..., Result], tmp_path: Path, every_tenth: Path
) -> None:
    looser = policies_with(tmp_path, {"thresholds": thresholds_with(0.5)})

    assert replay(looser, decisions=every_tenth).exit_code == 1
    assert replay(looser, "--acknowledge", decisions=every_tenth).exit_code == 0


def test_a_bundle_is_a_candidate_like_its_folder(
    replay: Callable[..., Result], tmp_path: Path, every_tenth: Path
) -> None:
    policies = policies_with(tmp_path, {"thresholds": thresholds_with(STRICTER)})
    bundle = tmp_path / "bundle.tar.gz"
    bundle.write_bytes(archive.pack(archive.members(archive.read(policies))))

    from_bundle = replay(bundle, "--output", "json", decisions=every_tenth)
    from_folder = replay(policies, "--output", "json", decisions=every_tenth)
    assert from_bundle.output == from_folder.output
    assert json.loads(from_folder.stdout)["changes"]


def test_only_decisions_since_a_day_are_replayed(
    replay: Callable[..., Result], tmp_path: Path
) -> None:
    ran = replay(policies_with(tmp_path, {}), "--since", "2026-11-20", "--output", "json")

    assert json.loads(ran.stdout)["same"] == DECISIONS // 20


def test_a_candidate_that_does_not_compile_is_told_with_file_and_line(
    replay: Callable[..., Result], tmp_path: Path
) -> None:
    policies = policies_with(tmp_path, {})
    (policies / "gate" / "broken.rego").write_text("package gate.broken\n\ndeny contains if\n")
    ran = replay(policies)

    assert ran.exit_code == 3
    assert "gate/broken.rego:3" in ran.stderr


def test_nothing_replayed_is_no_success(tmp_path: Path, replay: Callable[..., Result]) -> None:
    (tmp_path / "empty.jsonl").write_text("")
    policies = policies_with(tmp_path, {})
    ran = replay(policies, "--decisions", str(tmp_path / "empty.jsonl"))

    assert ran.exit_code == 3
    assert "shows nothing" in ran.stderr


def test_one_input_that_opa_stops_at_takes_no_neighbour_with_it(opa_binary: Path) -> None:
    good, bad = canonical_json(an_input()), b'{"release": {"stage": 1}, "approvals": 7}'
    with a_batch(opa_binary, PROJECT / "policies") as candidate:
        alone = candidate.evaluate_all([good])
        answers = candidate.evaluate_all([good, good, bad, good, b"[]", b"{", good])

    assert [answers[n] for n in (0, 1, 3, 6)] == alone * 4
    assert isinstance(answers[5], PolicyEngineError)
    assert all(not (isinstance(a, Verdict) and a.outcome.value == "allow") for a in answers[4:6])


ENDLESS = """package gate.checks.change

deny contains {"code": "change.slow", "at": "/release", "message": "x"} if {
	count([1 | some i in numbers.range(1, 9e4); some j in numbers.range(1, 9e4); i * j < 0]) > 9
}
"""


def test_a_candidate_that_ends_at_nothing_is_given_up_and_the_rest_is_not_tried(
    opa_binary: Path, tmp_path: Path
) -> None:
    policies = policies_with(tmp_path, {})
    (policies / "gate" / "checks" / "change" / "endless.rego").write_text(ENDLESS)
    limit = timedelta(milliseconds=300)
    candidate = OpaBatch(opa_binary, archive.read(policies), VERDICTS, limit=limit)

    answers = candidate.evaluate_all([canonical_json(an_input())] * 40)
    candidate.close()

    told = [str(answer) for answer in answers]
    assert sum("not answer in time" in one for one in told) in range(3, 5)
    assert (
        sum("3 in a row took longer than 0.3 s: the rest was not tried" in one for one in told)
        >= 36
    )
