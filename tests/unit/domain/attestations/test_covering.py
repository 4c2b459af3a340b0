from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from app.domain.attestations import covering
from app.domain.attestations.statement import Statement, Subject
from app.domain.digest import Digest
from app.domain.finding import Finding, VerifiedStatement
from app.domain.release import Document, Evidence
from tests.builders import a_refused_bundle, a_signer, a_verified_bundle

REPORT = {"results": {"sciq": 0.9}, "n": 1000}
OTHER = "https://example.org/anything/v1"


def a_file(content: bytes = b"report") -> Document:
    return Document("results.json", Digest.of(content), content)


def evidence(*files: Document) -> Evidence:
    return Evidence(files or (a_file(),), None, "/evaluations/0")


def stated(predicate: Mapping[str, Any], predicate_type: str = OTHER) -> VerifiedStatement:
    statement = Statement(predicate_type, (Subject(None, {"sha256": "a" * 64}),), predicate)
    return VerifiedStatement(
        bundle_sha256=Digest.of(b"bundle"),
        signer=a_signer(),
        signed_at=None,
        predicate_type=predicate_type,
        builder_id=None,
        source_uri=None,
        revisions=frozenset(),
        covered=frozenset({"model.safetensors"}),
        evidence=covering.evidence_of(statement),
    )


def naming(*files: Document, predicate_type: str = covering.EVALUATION) -> VerifiedStatement:
    made = covering.statement(covering.EVALUATION, "m", Digest.of(b"release"), files)
    return stated(made["predicate"], predicate_type)


def covers(statement: VerifiedStatement, submitted: Evidence) -> bool:
    return covering.standing_for(submitted, [statement]) == (statement,)


@pytest.mark.parametrize(
    "predicate_type", [covering.EVALUATION, covering.SAFETY_REPORT, covering.MODEL_CARD]
)
def test_a_statement_stands_for_the_file_that_it_names(predicate_type: str) -> None:
    assert covers(naming(a_file(), predicate_type=predicate_type), evidence())


def test_it_does_not_stand_for_another_file() -> None:
    assert not covers(naming(a_file(b"other")), evidence())


def test_a_type_that_names_no_evidence_stands_for_nothing_by_a_digest_in_it() -> None:
    assert not covers(naming(a_file(), predicate_type=OTHER), evidence())


def test_all_files_of_the_evidence_have_to_be_named() -> None:
    two = evidence(a_file(), a_file(b"samples"))

    assert covers(naming(a_file(), a_file(b"samples")), two)
    assert not covers(naming(a_file()), two)


def test_a_reference_names_evidence() -> None:
    reference = {
        "attester": {"id": "https://acme.example"},
        "references": [{"downloadLocation": "x", "digest": {"sha256": a_file().sha256}}],
    }

    assert covers(stated(reference, covering.REFERENCE), evidence())


@pytest.mark.parametrize(
    "listed", [None, "text", [None], [{}], [{"digest": "x"}], [{"digest": {"sha256": 7}}]]
)
def test_a_list_that_is_none_names_nothing(listed: object) -> None:
    assert not covers(stated({"evidence": listed}, covering.EVALUATION), evidence())


def test_a_predicate_can_be_the_report_however_it_is_spaced() -> None:
    spaced = a_file(json.dumps(REPORT, indent=4).encode())

    assert covers(stated(REPORT), evidence(spaced))


def test_a_report_with_one_other_number_is_another() -> None:
    assert not covers(stated(REPORT), evidence(a_file(json.dumps({**REPORT, "n": 999}).encode())))


def test_a_report_that_two_readers_read_in_two_ways_is_not_the_predicate() -> None:
    twice = b'{"results": {"sciq": 0.1}, "results": {"sciq": 0.9}, "n": 1000}'

    assert not covers(stated(REPORT), evidence(a_file(twice)))


def test_one_file_of_several_is_not_all_of_the_evidence() -> None:
    one = a_file(json.dumps(REPORT).encode())

    assert not covers(stated(REPORT), evidence(one, a_file()))


def test_the_text_in_a_predicate_of_cosign_is_the_file() -> None:
    held = {"Data": "report", "Timestamp": "2026-11-24T00:00:00Z"}

    assert covers(stated(held, covering.COSIGN_CUSTOM), evidence())
    assert not covers(stated(held), evidence())


def test_only_verified_statements_stand_for_evidence() -> None:
    findings: list[Finding] = [a_refused_bundle(), a_verified_bundle()]

    assert covering.standing_for(evidence(), findings) == ()
