from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.domain.canonical import canonical_json
from app.domain.decision import Verdict
from app.domain.digest import Digest
from app.domain.errors import PolicyEngineError
from app.domain.rollout.again import Again
from app.domain.rollout.replayed import NotReplayed
from app.gate.rollout.again import again
from tests.unit.gate.rollout.test_replay import (
    DOCUMENT,
    TOO_LOW,
    FakeCandidate,
    a_decision,
    a_verdict,
)

SOURCES = b"sources of r1"
INPUT = canonical_json(DOCUMENT)


@dataclass
class Gate:
    """What a gate keeps of a decision, and what its policies answer now."""

    answer: Verdict | PolicyEngineError = field(default_factory=a_verdict)
    documents: dict[Digest, bytes] = field(
        default_factory=lambda: {Digest.of(c): c for c in (SOURCES, INPUT)}
    )
    policies: dict[str, Digest] = field(default_factory=lambda: {"r1": Digest.of(SOURCES)})

    def read_input(self, sha256: Digest) -> bytes | None:
        return self.documents.get(sha256)

    def sources(self, revision: str) -> Digest | None:
        return self.policies.get(revision)

    @contextmanager
    def run(self, sources: bytes, revision: str) -> Iterator[FakeCandidate]:
        if (sources, revision) != (SOURCES, "r1"):
            raise PolicyEngineError("the kept policies are not of the recorded revision")
        yield FakeCandidate(self.answer)


def made_again(gate: Gate, body: dict[str, Any] | None = None) -> Again | NotReplayed:
    return again(a_decision(a_verdict()) if body is None else body, gate, gate.run)


def test_a_verdict_that_comes_out_again_is_equal() -> None:
    made = made_again(Gate())

    assert isinstance(made, Again)
    assert (made.decision_id, made.revision, made.differences) == ("d-1", "r1", ())


def test_another_verdict_is_told_with_what_differs() -> None:
    made = made_again(Gate(a_verdict(TOO_LOW)))

    assert isinstance(made, Again)
    assert "/outcome" in [difference.at for difference in made.differences]


def test_a_decision_recorded_as_another_than_its_policies_said_differs() -> None:
    made = made_again(Gate(), {**a_decision(a_verdict()), "outcome": "deny"})

    assert isinstance(made, Again)
    assert [difference.at for difference in made.differences] == ["/outcome"]


@pytest.mark.parametrize(
    ("gate", "why"),
    [
        (Gate(documents={Digest.of(SOURCES): SOURCES}), "its input is not stored"),
        (
            Gate(documents={Digest.of(SOURCES): SOURCES, Digest.of(INPUT): b"{}"}),
            "not the recorded one",
        ),
        (Gate(policies={}), "were not kept"),
        (Gate(documents={Digest.of(INPUT): INPUT}), "were not kept"),
        (Gate(PolicyEngineError("no verdict")), "give no verdict"),
        (
            Gate(
                policies={"r1": Digest.of(b"x")},
                documents={Digest.of(INPUT): INPUT, Digest.of(b"x"): b"x"},
            ),
            "cannot be run",
        ),
    ],
)
def test_what_cannot_be_known_is_not_guessed(gate: Gate, why: str) -> None:
    made = made_again(gate)

    assert isinstance(made, NotReplayed)
    assert why in made.why


@pytest.mark.parametrize("body", [{}, {"policy": {}}, {"policy": {"revision": "r1"}}])
def test_a_record_of_an_unknown_form_is_not_replayed(body: dict[str, Any]) -> None:
    made = made_again(Gate(), body)

    assert isinstance(made, NotReplayed)
    assert "unknown form" in made.why
