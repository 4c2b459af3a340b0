from __future__ import annotations

import json
from typing import Any

import pytest

from app.domain.attestations import statement
from app.domain.digest import Digest
from app.domain.errors import MalformedDocumentError

WEIGHTS = Digest.of(b"weights")


def a_document(**change: Any) -> bytes:
    document = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "a", "digest": {"sha256": WEIGHTS, "gitCommit": "abc"}}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {"a": 1},
    }
    return json.dumps(
        {name: value for name, value in (document | change).items() if value}
    ).encode()


@pytest.mark.parametrize("version", ["v1", "v0.1"])
def test_a_statement_of_either_version_is_read(version: str) -> None:
    read = statement.read(a_document(_type=f"https://in-toto.io/Statement/{version}"))

    assert read.predicate_type == "https://slsa.dev/provenance/v1"
    assert read.subjects[0].name == "a"
    assert read.predicate == {"a": 1}


def test_members_that_are_not_known_and_a_missing_name_are_let_be() -> None:
    subject = [{"digest": {"sha256": WEIGHTS}, "annotations": {}}]

    assert statement.read(a_document(subject=subject, extra=1)).subjects[0].name is None


def test_a_statement_without_a_predicate_is_read() -> None:
    assert statement.read(a_document(predicate=None)).predicate == {}


@pytest.mark.parametrize(
    "change",
    [
        {"_type": "https://in-toto.io/Statement/v2"},
        {"_type": None},
        {"predicateType": None},
        {"predicateType": 1},
        {"subject": None},
        {"subject": []},
        {"subject": ["a"]},
        {"subject": [{"name": "a"}]},
        {"subject": [{"digest": {}}]},
        {"subject": [{"digest": {"sha256": 1}}]},
        {"subject": [{"digest": {"sha256": ""}}]},
        {"subject": [{"name": 1, "digest": {"sha256": WEIGHTS}}]},
        {"predicate": [1]},
    ],
)
def test_a_statement_of_another_shape_is_malformed(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedDocumentError):
        statement.read(a_document(**change))


@pytest.mark.parametrize("content", [b"", b"[]", b'{"_type": 1, "_type": 2}'])
def test_what_is_no_statement_is_malformed(content: bytes) -> None:
    with pytest.raises(MalformedDocumentError):
        statement.read(content)


@pytest.mark.parametrize(
    ("known", "is_about"),
    [
        ({"sha256": WEIGHTS}, True),
        ({"sha256": WEIGHTS, "sha512": "00"}, True),
        ({"sha256": WEIGHTS, "gitCommit": "other"}, False),
        ({"sha256": Digest.of(b"other")}, False),
        ({"sha512": "00"}, False),
        ({}, False),
    ],
)
def test_a_subject_shares_a_digest_and_agrees_in_all_it_shares(
    known: dict[str, str], *, is_about: bool
) -> None:
    assert statement.read(a_document()).is_about(known) is is_about


def test_one_of_several_subjects_is_enough() -> None:
    subjects = [{"digest": {"sha256": Digest.of(b"other")}}, {"digest": {"sha256": WEIGHTS}}]

    assert statement.read(a_document(subject=subjects)).is_about({"sha256": WEIGHTS})
