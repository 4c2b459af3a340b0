"""A release is compared with the version that is live on its stage, by the reports on record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from app.domain.digest import Digest
from app.domain.entry import Draft, Kind, Move
from app.domain.release import DocumentReference, EvidenceReference, File, ModelVersion
from app.gate.decide import decide, rehearse
from tests.builders import CONFIG, a_caller, a_submission
from tests.worlds import World, a_world, allow

OTHER = File("model.safetensors", 7, Digest.of(b"trained"))


def results(correct: int, n: int = 1000, task: str = "sciq") -> bytes:
    """Write what lm-evaluation-harness writes of one task."""
    share = correct / n
    stderr = (share * (1 - share) / (n - 1)) ** 0.5
    return json.dumps(
        {
            "results": {task: {"alias": task, "acc,none": share, "acc_stderr,none": stderr}},
            "versions": {task: 1.0},
            "configs": {task: {"task": task, "dataset_path": task}},
            "n-samples": {task: {"original": n, "effective": n}},
            "n-shot": {task: 0},
            "higher_is_better": {task: {"acc": True}},
            "config": {"model": "hf", "model_args": "pretrained=acme/scorer", "limit": None},
            "date": 1_764_000_000.0,
            "lm_eval_version": "0.4.9",
            "model_name": "acme/scorer",
        }
    ).encode()


def samples(correct: set[int], n: int = 1000) -> bytes:
    """Write the samples of that task."""
    shared = {"filter": "none", "metrics": ["acc"]}
    rows = [
        {"doc_id": i, "doc_hash": f"h{i}", "acc": float(i in correct), **shared} for i in range(n)
    ]
    return "\n".join(json.dumps(row) for row in rows).encode()


def evaluated(report: bytes, *sidecars: bytes) -> EvidenceReference:
    names = ["results.json", *("samples_sciq_2026-11-24T10-00-00.jsonl" for _ in sidecars)]
    files = tuple(
        DocumentReference(name, None, content)
        for name, content in zip(names, (report, *sidecars), strict=True)
    )
    return EvidenceReference(files, None)


def release(world: World, *reports: EvidenceReference, **changes: Any) -> None:
    """Have the live version allowed with these reports."""
    changes = {"evaluations": reports, **changes}
    decide(a_submission(**changes), a_caller(), world.ports, None)


def compared(world: World, *reports: EvidenceReference, **changes: Any) -> list[dict[str, Any]]:
    """Ask about another release, and see what policy reads of comparisons."""
    seen: list[dict[str, Any]] = []
    engine = world.engine

    def look(document: Any) -> dict[str, Any]:
        seen.append(document["evaluations"])
        return allow(document)

    engine._policy = look  # noqa: SLF001 - the fake's policy is the test's to change
    changes = {"files": (OTHER, CONFIG), "evaluations": reports, **changes}
    rehearse(a_submission(**changes), a_caller(), world.ports)
    (evaluations,) = seen
    assert evaluations["comparisons_count"] == len(evaluations["comparisons"])
    found: list[dict[str, Any]] = evaluations["comparisons"]
    return found


def test_a_release_is_compared_with_what_was_allowed_last() -> None:
    world = a_world()
    release(world, evaluated(results(850)))

    (one,) = compared(world, evaluated(results(860)))

    assert (one["candidate_value"], one["baseline_value"]) == (0.86, 0.85)
    assert one["is_comparable"]
    assert one["diff_low"] < 0.01
    assert not one["is_paired"]


def test_with_samples_on_record_the_comparison_is_paired() -> None:
    world = a_world()
    before, after = set(range(850)), set(range(860))
    release(world, evaluated(results(850), samples(before)))

    (paired,) = compared(world, evaluated(results(860), samples(after)))
    (unpaired,) = compared(world, evaluated(results(860)))

    assert (paired["is_paired"], paired["pairs"]) == (True, 1000)
    assert paired["diff_low"] > unpaired["diff_low"]


def test_without_an_earlier_release_nothing_is_compared() -> None:
    assert compared(a_world(), evaluated(results(860))) == []


@pytest.mark.parametrize(
    "change", [{"stage": "staging"}, {"model": ModelVersion("acme", "other", "1.0.0")}]
)
def test_another_stage_or_model_is_no_baseline(change: dict[str, Any]) -> None:
    world = a_world()
    release(world, evaluated(results(850)), **change)

    assert compared(world, evaluated(results(860))) == []


def test_a_release_is_not_compared_with_itself() -> None:
    world = a_world()
    release(world, evaluated(results(850)))

    assert compared(world, evaluated(results(850)), files=a_submission().files) == []


def test_another_data_set_is_not_compared() -> None:
    world = a_world()
    release(world, evaluated(results(850)))

    assert compared(world, evaluated(results(860, task="piqa"))) == []


def test_what_cannot_be_read_is_not_compared() -> None:
    world = a_world()
    release(world, evaluated(results(850)))

    assert compared(world, evaluated(b"torn")) == []


def test_of_two_reports_on_record_both_are_compared() -> None:
    world = a_world()
    release(world, evaluated(results(850)), evaluated(results(900)))

    found = compared(world, evaluated(results(860)))

    assert [one["baseline_value"] for one in found] == [0.85, 0.9]


def promote(world: World, digest: Digest) -> None:
    place = "stage:acme/scorer:production"
    now = world.ports.log.at_place(place)
    draft = Draft(
        id=f"promotion-{digest[:8]}",
        kind=Kind.PROMOTED,
        actor="ops",
        body={
            "release": {
                "digest": digest,
                "model": {"namespace": "acme", "name": "scorer", "version": "1.4.0"},
            },
            "name": "production",
            "note": "",
        },
        release_digest=digest,
        moves=(Move(place, None if now is None else now.seq),),
    )
    world.ports.log.append(draft)


def test_what_was_promoted_is_the_baseline_though_another_was_allowed_later() -> None:
    world = a_world()
    newer = (replace(OTHER, sha256=Digest.of(b"newer")), CONFIG)
    release(world, evaluated(results(850)))
    first = json.loads(world.ports.log.page(Kind.DECISION, before=None, limit=1).entries[0].body)
    release(world, evaluated(results(900)), files=newer)
    promote(world, Digest(first["release"]["digest"]))

    (one,) = compared(world, evaluated(results(860)))

    assert one["baseline_value"] == 0.85
    assert one["baseline_release_digest"] == first["release"]["digest"]


def test_what_was_promoted_without_an_allow_is_no_baseline() -> None:
    world = a_world()
    release(world, evaluated(results(850)))
    promote(world, Digest.of(b"unheard of"))

    assert compared(world, evaluated(results(860))) == []


def only_at_promotion(document: Mapping[str, Any]) -> dict[str, Any]:
    """A policy that denies everywhere but where a version moves to a stage."""
    elsewhere = ["ci", "admission", "audit"]
    reason = {
        "code": "evaluation.stale",
        "at": "/evaluations",
        "message": "the report is old",
        "is_pending": False,
        "who": "submitter",
        "how": "measure anew",
        "points": elsewhere,
    }
    points = {"promotion": "allow", **dict.fromkeys(elsewhere, "deny")}
    return {**allow(document), "outcome": "deny", "reasons": [reason], "points": points}


def test_what_was_allowed_at_promotion_alone_is_the_baseline_once_it_was_promoted() -> None:
    world = a_world(only_at_promotion)
    release(world, evaluated(results(850)))
    decided = world.ports.log.page(Kind.DECISION, before=None, limit=1).entries[0]

    before = compared(world, evaluated(results(860)))
    promote(world, Digest(json.loads(decided.body)["release"]["digest"]))
    (after,) = compared(world, evaluated(results(860)))

    assert json.loads(decided.body)["points"]["promotion"] == "allow"
    assert (before, after["baseline_value"]) == ([], 0.85)
