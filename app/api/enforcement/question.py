"""RECEIVE: what a tool asks about, and the recorded answer that its caller may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.api.context import caller, ports
from app.domain.digest import Digest
from app.domain.enforcement import answer as answers
from app.domain.enforcement.answer import Answer
from app.domain.enforcement.reference import Reference, parse
from app.domain.errors import InvalidSubmissionError, SubmissionError
from app.gate import enforce

NAMES = ("release", "reference", "stage", "cluster")
MOST_REASONS = 5
"""Reasons in an answer: tools keep it in objects of their own. The decision has them all."""
_LONGEST = 128


@dataclass(frozen=True, slots=True)
class Question:
    """A release, by its digest or by a reference to it, and where it is to go."""

    release: Digest | Reference
    stage: str
    cluster: str | None


def question(given: Mapping[str, object], at: str = "") -> Question:
    """Read `stage`, `release` or `reference`, and perhaps `cluster`; other members are ignored.

    Raises InvalidSubmissionError and InvalidDigestError, with a pointer below `at`.
    """
    texts: dict[str, str] = {}
    for name in NAMES:
        value = given.get(name)
        if value is not None and (not isinstance(value, str) or not value):
            raise InvalidSubmissionError(f"{name}: expected a text", pointer=f"{at}/{name}")
        if value is not None:
            texts[name] = value
    stage, cluster = texts.get("stage"), texts.get("cluster")
    if stage is None:
        message = "expected the stage that the release is to go to, such as production"
        raise InvalidSubmissionError(message, pointer=f"{at}/stage")
    if len(stage) > _LONGEST or len(cluster or "") > _LONGEST:
        raise InvalidSubmissionError(f"longer than {_LONGEST} characters", pointer=f"{at}/stage")
    if ("release" in texts) == ("reference" in texts):
        message = "expected either a release (its digest) or a reference (such as oci://...)"
        raise InvalidSubmissionError(message, pointer=f"{at}/release")
    name = "release" if "release" in texts else "reference"
    try:
        asked = Digest(texts[name]) if name == "release" else parse(texts[name])
    except SubmissionError as error:
        raise type(error)(error.message, pointer=f"{at}/{name}") from error
    return Question(asked, stage, cluster)


def answer(asked: Question) -> Answer:
    """Answer from what projects of the caller's scope decided.

    Raises ForbiddenError for a stage that is not in it, StoreError.
    """
    scope = caller().scope
    if isinstance(asked.release, Reference):
        return enforce.answer_reference(asked.release, asked.stage, ports(), scope, asked.cluster)
    return enforce.answer(asked.release, asked.stage, ports(), scope, asked.cluster)


def document(said: Answer) -> dict[str, object]:
    """Write an answer as schemas/enforcement_answer.json describes it."""
    members: dict[str, object] = {"allow": said.is_allowed, **answers.document(said)}
    members["reasons"] = answers.document(said)["reasons"][:MOST_REASONS]
    members["reasons_total"] = len(said.grounds)
    if said.decision_id is not None:
        members["url"] = f"{ports().address}/v1/decisions/{said.decision_id}"
    return members
