from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema

from app.domain.digest import Digest
from app.domain.finding import Finding, StatedEvidence, VerifiedStatement
from app.domain.precedent import Precedent
from app.domain.release import File
from app.gate import assemble
from tests.builders import (
    CONFIG,
    UNMARKED,
    WEIGHTS,
    a_caller,
    a_held,
    a_refused_bundle,
    a_release,
    a_signer,
    a_verified_bundle,
)

SCHEMA = json.loads(
    (Path(__file__).resolve().parents[3] / "schemas" / "policy_input.json").read_text("utf-8")
)
NOBODY = a_held()
FIRST = Precedent(is_first=True, is_rollback_released=False)
COMMIT = "c0" * 20
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def a_statement(**changes: Any) -> VerifiedStatement:
    statement = VerifiedStatement(
        bundle_sha256=Digest.of(b"statement"),
        signer=a_signer(),
        signed_at=1_764_000_000,
        predicate_type="https://slsa.dev/provenance/v1",
        builder_id="https://builder.example",
        source_uri="https://source.example",
        revisions=frozenset({COMMIT}),
        covered=frozenset({WEIGHTS.path, CONFIG.path}),
        evidence=StatedEvidence(frozenset(), Digest.of(b"{}")),
    )
    return replace(statement, **changes)


def an_input(findings: Sequence[Finding], *files: File) -> dict[str, Any]:
    release = a_release(files=(CONFIG, WEIGHTS, *files))
    document = assemble.policy_input(
        release, None, (), (), findings, NOBODY, a_caller(), FIRST, UNMARKED, NOW
    )
    jsonschema.validate(document, SCHEMA)
    return document


def test_a_statement_is_stated_with_its_signer_and_what_it_covers() -> None:
    (statement,) = an_input([a_statement()])["provenance"]["statements"]

    assert statement == {
        "predicate_type": "https://slsa.dev/provenance/v1",
        "signer": {
            "trust_domain": "test",
            "issuer": "https://issuer.example",
            "identity": {"type": "uri", "value": "https://ci.example/release"},
            "claims": {},
        },
        "builder_id": "https://builder.example",
        "source_uri": "https://source.example",
        "revisions": [COMMIT],
        "covered": {"count": 2},
        "uncovered": {"count": 0},
    }


def test_what_a_statement_does_not_name_is_left_out() -> None:
    (statement,) = an_input([a_statement(builder_id=None, source_uri=None)])["provenance"][
        "statements"
    ]

    assert not {"builder_id", "source_uri"} & statement.keys()


def test_a_file_that_a_statement_leaves_out_is_counted() -> None:
    stated = a_statement(covered=frozenset({WEIGHTS.path}))

    (statement,) = an_input([stated])["provenance"]["statements"]

    assert (statement["covered"], statement["uncovered"]) == ({"count": 1}, {"count": 1})


def test_a_verified_signature_among_the_files_need_not_be_covered() -> None:
    signature = File("model.sig", 6, Digest.of(b"bundle"))

    (statement,) = an_input([a_statement(), a_verified_bundle()], signature)["provenance"][
        "statements"
    ]

    assert statement["uncovered"] == {"count": 0}


def test_any_other_file_must_be_covered() -> None:
    other = File("plugin.py", 6, Digest.of(b"refused"))

    (statement,) = an_input([a_statement(), a_refused_bundle()], other)["provenance"]["statements"]

    assert statement["uncovered"] == {"count": 1}


def test_without_a_statement_there_is_no_provenance() -> None:
    assert "provenance" not in an_input([a_verified_bundle(), a_refused_bundle()])


def test_what_is_stated_of_other_things_is_no_provenance() -> None:
    assert "provenance" not in an_input([a_statement(predicate_type="https://cyclonedx.org/bom")])


def test_a_statement_signs_no_file() -> None:
    signatures = an_input([a_statement()])["signatures"]

    assert (signatures["verified"], signatures["signers"]) == (1, [])
