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

    def sha256s(self) -> frozenset[str]:
        """Give the sha256 of every subject that has one."""
        return frozenset(s.digest["sha256"] for s in self.subjects if "sha256" in s.digest)


def read(payload: bytes) -> Statement:
    """Read a statement. Raises MalformedDocumentError; members that are not known are let be."""
    return of(read_json(payload))


def of(document: object) -> Statement:
    """Read a statement whose JSON was read strictly. Raises MalformedDocumentError."""
    if not isinstance(document, dict) or document.get("_type") not in TYPES:
        raise MalformedDocumentError("not an in-toto statement of version 1 or 0.1")
    predicate_type, subjects = document.get("predicateType"), document.get("subject")
    predicate = document.get("predicate", {})
    if not isinstance(predicate_type, str) or not predicate_type:
        raise MalformedDocumentError("without a predicate type")
    if not isinstance(subjects, list) or not subjects:
        raise MalformedDocumentError("without a subject")
    if not isinstance(predicate, dict):
        raise MalformedDocumentError("not one whose predicate is an object")
    return Statement(predicate_type, tuple(map(_subject, subjects)), predicate)


def _subject(value: object) -> Subject:
    digest = value.get("digest") if isinstance(value, dict) else None
    name = value.get("name") if isinstance(value, dict) else None
    if (
        not isinstance(digest, dict)
        or not digest
        or not all(isinstance(text, str) and text for text in digest.values())
    ):
        raise MalformedDocumentError("not one whose subjects all have digests")
    if name is not None and not isinstance(name, str):
        raise MalformedDocumentError("not one whose subjects are named by text")
    return Subject(name, digest)


def _agrees(stated: Mapping[str, str], known: Mapping[str, str]) -> bool:
    shared = stated.keys() & known.keys()
    return bool(shared) and all(stated[name] == known[name] for name in shared)
