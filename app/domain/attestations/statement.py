"""In-toto statements: what is said of which subjects, read tolerantly but for ambiguity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.canonical import read_json
from app.domain.errors import MalformedDocumentError

PAYLOAD_TYPE = "application/vnd.in-toto+json"
TYPES = frozenset({"https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"})
"""Both versions: cosign and npm still write the older one, which differs in nothing here."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that a statement is about: a name if it has one, and digests by algorithm."""

    name: str | None
    digest: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement (in-toto attestation framework, spec/v1/statement.md)."""

    predicate_type: str
    subjects: tuple[Subject, ...]
    predicate: Mapping[str, Any]

    def is_about(self, digests: Mapping[str, str]) -> bool:
        """Tell whether one of the subjects has these digests.

        It must share at least one algorithm, and agree in all that it shares: a subject
        with the right sha512 and a wrong sha256 is nobody's.
        """
        return any(_agrees(subject.digest, digests) for subject in self.subjects)


def read(payload: bytes) -> Statement:
    """Read a statement. Raises MalformedDocumentError; members that are not known are let be."""
    document = read_json(payload)
    if not isinstance(document, dict) or document.get("_type") not in TYPES:
        raise MalformedDocumentError("not an in-toto statement")
    predicate_type, subjects = document.get("predicateType"), document.get("subject")
    predicate = document.get("predicate", {})
    if not isinstance(predicate_type, str) or not predicate_type:
        raise MalformedDocumentError("the statement has no predicate type")
    if not isinstance(subjects, list) or not subjects:
        raise MalformedDocumentError("the statement has no subject")
    if not isinstance(predicate, dict):
        raise MalformedDocumentError("the predicate is no object")
    return Statement(predicate_type, tuple(map(_subject, subjects)), predicate)


def _subject(value: object) -> Subject:
    digest = value.get("digest") if isinstance(value, dict) else None
    name = value.get("name") if isinstance(value, dict) else None
    if (
        not isinstance(digest, dict)
        or not digest
        or not all(isinstance(text, str) and text for text in digest.values())
    ):
        raise MalformedDocumentError("a subject has no digest")
    if name is not None and not isinstance(name, str):
        raise MalformedDocumentError("the name of a subject is no text")
    return Subject(name, digest)


def _agrees(stated: Mapping[str, str], known: Mapping[str, str]) -> bool:
    shared = stated.keys() & known.keys()
    return bool(shared) and all(stated[name] == known[name] for name in shared)
